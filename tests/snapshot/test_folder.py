"""The copy takes its folder's place whole, and never that of anything else."""

import sys
from pathlib import Path

import pytest

from lamppost.snapshot.crawling import SnapshotError
from lamppost.snapshot.folder import MARK, replace_folder

FILES = {MARK: b"{}", "status/index.html": b"one"}


def read(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("can_exchange", [True, False])
def test_the_new_copy_replaces_the_old_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(sys, "platform", "elsewhere")
    replace_folder(folder, FILES)
    replace_folder(folder, {MARK: b"{}", "index.html": b"two"})

    assert read(folder) == {MARK: b"{}", "index.html": b"two"}
    assert [one.name for one in folder.parent.iterdir()] == ["copy"]
    assert folder.stat().st_mode & 0o755 == 0o755


def test_a_folder_of_somebody_elses_is_refused_and_kept(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")

    with pytest.raises(SnapshotError, match="holds files that are no copy"):
        replace_folder(folder, FILES)
    assert read(folder) == {"thesis.txt": b"years of work"}


def test_a_file_in_its_place_is_refused(folder: Path) -> None:
    folder.write_text("a file")

    with pytest.raises(SnapshotError, match="is a file; name a folder"):
        replace_folder(folder, FILES)


def test_an_empty_folder_and_a_new_one_below_are_taken(folder: Path) -> None:
    folder.mkdir()
    replace_folder(folder, FILES)
    replace_folder(folder.parent / "a" / "b", FILES)

    assert read(folder) == read(folder.parent / "a" / "b") == FILES


def test_a_link_to_a_folder_stays_a_link(folder: Path) -> None:
    real = folder.parent / "real"
    real.mkdir()
    folder.symlink_to(real)
    replace_folder(folder, FILES)

    assert folder.is_symlink()
    assert read(real) == FILES
