"""The spool: one file for each message noted, on the disc before the mail server is answered.

The milter writes nothing else; the worker brings it into the register. A record is written aside,
synced, renamed and its folder synced, so that it is there whole or not at all, after any crash. A
second, empty file says that the mail server took the answer.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lamppost.settings import Settings

SUFFIX = ".json"
TAKEN = ".taken"


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder of records."""

    folder: Path

    @property
    def bad(self) -> Path:
        """Where records go that cannot be read."""
        return self.folder / "bad"

    def prepare(self) -> None:
        """Make the folders, for this user alone."""
        for folder in (self.folder, self.bad):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, record: str, text: str) -> None:
        """Write a record durably.

        Raises:
            OSError: the disc is full or broken; the message must not be answered as judged.
        """
        aside = self.folder / f".{record}.new"
        try:
            with aside.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            aside.rename(self.folder / f"{record}{SUFFIX}")
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        self._sync()

    def mark_taken(self, record: str) -> None:
        """Say that the mail server went on after this answer. Lost in a crash, it is not known."""
        (self.folder / f"{record}{TAKEN}").touch()

    def list_records(self, most: int) -> Sequence[Path]:
        """The oldest records: their names begin with their moment."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))[:most]

    def list_taken(self, most: int) -> Sequence[Path]:
        """The oldest signs of answers taken."""
        return sorted(self.folder.glob(f"*{TAKEN}"))[:most]

    def holds(self, record: str) -> bool:
        """Whether a record waits to be brought in."""
        return (self.folder / f"{record}{SUFFIX}").exists()

    def set_aside(self, path: Path) -> None:
        """Put a record that cannot be read where somebody may look at it."""
        path.rename(self.bad / path.name)

    def count_bad(self) -> int:
        """How many records could not be read."""
        return sum(1 for _ in self.bad.glob(f"*{SUFFIX}")) if self.bad.is_dir() else 0

    def _sync(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def spool_of(settings: Settings) -> Spool:
    """The spool between the milter and the worker."""
    return Spool(settings.data / "milter" / "spool")
