"""A Maildir as IMAP sees it: lasting numbers, flags in file names, times from the files."""

import json
import os
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from lamppost.worker.relay.folders import make_maildir, write_safely

LETTERS = {
    "\\Answered": "R",
    "\\Deleted": "T",
    "\\Draft": "D",
    "\\Flagged": "F",
    "\\Seen": "S",
}
_FLAGS = {letter: flag for flag, letter in LETTERS.items()}
_NUMBERS = "lamppost-uids.json"


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail in a folder; its file may be moved or gone by the time it is read."""

    uid: int
    unique: str
    path: Path
    flags: frozenset[str]

    @property
    def is_recent(self) -> bool:
        """Whether nobody has touched it since it came."""
        return self.path.parent.name == "new"

    def content(self) -> bytes:
        """The bytes, lines ending as IMAP wants them; empty when the file has gone."""
        try:
            kept = self.path.read_bytes()
        except FileNotFoundError:
            return b""
        return kept.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def arrived_at(self) -> datetime:
        """The file's time, which is INTERNALDATE."""
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return datetime.fromtimestamp(0, UTC)


class MaildirFolder:
    """One folder; every session that has it open shares this object."""

    def __init__(self, path: Path) -> None:
        make_maildir(path)
        self._path = path
        self.validity = int(path.stat().st_mtime)
        self.next_uid = 1
        self._uids: dict[str, int] = {}
        try:
            kept = json.loads((path / _NUMBERS).read_bytes())
            self.validity, self.next_uid = int(kept["validity"]), int(kept["next"])
            self._uids = {str(unique): int(uid) for unique, uid in kept["uids"].items()}
        except FileNotFoundError:
            self._keep_numbers()
        except (ValueError, KeyError, TypeError, AttributeError):
            self._keep_numbers()  # broken: numbers start anew under another validity

    def list_mail(self) -> list[StoredMail]:
        """All mail by number; mail seen for the first time is numbered now, for good."""
        found = self._files()
        fresh = sorted(set(found) - set(self._uids), key=lambda name: (_time(found[name]), name))
        gone = set(self._uids) - set(found)
        for unique in gone:
            del self._uids[unique]
        for unique in fresh:
            self._uids[unique] = self.next_uid
            self.next_uid += 1
        if fresh or gone:
            self._keep_numbers()
        return [
            StoredMail(uid, unique, found[unique], _flags(found[unique].name))
            for unique, uid in sorted(self._uids.items(), key=lambda pair: pair[1])
        ]

    def set_flags(self, mail: StoredMail, flags: AbstractSet[str]) -> StoredMail:
        """The mail under its new flags; unchanged when its file has gone."""
        letters = "".join(sorted(LETTERS[flag] for flag in flags))
        path = self._path / "cur" / f"{mail.unique}:2,{letters}"
        try:
            mail.path.replace(path)
        except FileNotFoundError:
            return mail
        return StoredMail(mail.uid, mail.unique, path, frozenset(flags))

    def append(self, content: bytes, flags: AbstractSet[str], at: datetime) -> int:
        """Put a mail in; gives its number."""
        unique = f"{int(at.timestamp())}.A{uuid4().hex}"
        draft = self._path / "tmp" / unique
        write_safely(draft, content.replace(b"\r\n", b"\n"), mode=0o600)
        moment = int(at.timestamp() * 1_000_000_000)
        os.utime(draft, ns=(moment, moment))
        letters = "".join(sorted(LETTERS[flag] for flag in flags))
        target = f"cur/{unique}:2,{letters}" if letters else f"new/{unique}"
        draft.replace(self._path / target)
        self.list_mail()
        return self._uids[unique]

    def remove(self, mail: StoredMail) -> None:
        """Delete a mail for good."""
        mail.path.unlink(missing_ok=True)

    def _files(self) -> dict[str, Path]:
        # new before cur: a mail moved in between is then seen twice, not missed.
        return {
            entry.name.split(":", 1)[0]: Path(entry.path)
            for part in ("new", "cur")
            for entry in os.scandir(self._path / part)
            if not entry.name.startswith(".")
        }

    def _keep_numbers(self) -> None:
        kept = {"validity": self.validity, "next": self.next_uid, "uids": self._uids}
        write_safely(self._path / _NUMBERS, json.dumps(kept).encode(), mode=0o600)


def _flags(name: str) -> frozenset[str]:
    letters = name.partition(":2,")[2]
    return frozenset(_FLAGS[letter] for letter in letters if letter in _FLAGS)


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
