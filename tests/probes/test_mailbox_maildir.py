"""The delay probe's mailbox as a Maildir."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.maildir import MaildirMailbox, open_maildir


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in (tmp_path, tmp_path / ".Junk"):
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    return tmp_path


@pytest.fixture
def mailbox(root: Path) -> Iterator[MaildirMailbox]:
    with open_maildir(str(root), "Junk") as opened:
        yield opened


def test_mail_is_shown_once_though_a_reader_moves_it(root: Path, mailbox: MaildirMailbox) -> None:
    (root / "new" / "1.a").write_bytes(b"Subject: a\n\nhello\n")
    assert [letter.name for letter in mailbox.look()] == ["1.a"]
    (root / "new" / "1.a").rename(root / "cur" / "1.a:2,S")
    assert not mailbox.look()


def test_the_inbox_comes_before_the_junk_folder(root: Path, mailbox: MaildirMailbox) -> None:
    (root / ".Junk" / "new" / "1.a").write_bytes(b"")
    (root / "cur" / "2.b:2,").write_bytes(b"")
    assert [(letter.name, letter.is_junk) for letter in mailbox.look()] == [
        ("2.b", False),
        ("1.a", True),
    ]


def test_the_moment_of_filing_is_the_files_time(root: Path, mailbox: MaildirMailbox) -> None:
    (root / "new" / "1.a").write_bytes(b"")
    os.utime(root / "new" / "1.a", (1000.25, 1000.25))
    (letter,) = mailbox.look()
    assert (letter.arrived.at.timestamp(), letter.arrived.resolution_s) == (1000.25, 0.001)


def test_removing_takes_the_file_wherever_it_has_moved(root: Path, mailbox: MaildirMailbox) -> None:
    (root / "new" / "1.a").write_bytes(b"")
    (root / "new" / "1.ab").write_bytes(b"")
    letters = [letter for letter in mailbox.look() if letter.name == "1.a"]
    (root / "new" / "1.a").rename(root / "cur" / "1.a:2,S")
    mailbox.remove(letters)
    assert [path.name for path in root.glob("*/1.*")] == ["1.ab"]


def test_a_missing_junk_folder_is_no_fault(tmp_path: Path) -> None:
    for part in ("new", "cur"):
        (tmp_path / part).mkdir()
    with open_maildir(str(tmp_path), "Junk") as mailbox:
        assert not mailbox.look()
