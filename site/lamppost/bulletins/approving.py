"""Files that came another way than through the panel: read as they are, and answered for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lamppost.bulletins.desk import list_waiting
from lamppost.bulletins.review import digest_content
from lamppost.bulletins.source import read_bytes
from lamppost.bulletins.versions import approve_version
from lamppost.bulletins.writing import ChangedMeanwhileError
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action


@dataclass(frozen=True, slots=True)
class Waiting:
    """Every file that waits, with its content's hash as it was listed."""

    files: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """One hash over all of it: approving names it, so that nothing slips in between."""
        lines = "".join(f"{sha256}  {source}\n" for source, sha256 in sorted(self.files))
        return digest_content(lines.encode())[:16]


def get_waiting(engine: Engine) -> Waiting:
    """What waits now."""
    with read_only(engine) as session:
        return Waiting(tuple((one.source, one.sha256) for one in list_waiting(session)))


@acts(Action.BULLETINS_WRITE)
def approve_files(
    engine: Engine, folder: Path, files: Sequence[tuple[str, str]], *, by: Actor, now: datetime
) -> None:
    """Answer for these files, each as (name, SHA-256) it was shown with; all or none.

    Raises:
        ChangedMeanwhileError: a file holds something else now.
        SourceError: a file cannot be read.
    """
    contents = [(source, read_bytes(folder / source, source)) for source, _ in files]
    for (source, shown), (_, content) in zip(files, contents, strict=True):
        if digest_content(content) != shown:
            raise ChangedMeanwhileError(f"{source} was changed since it was shown. Read it again.")
    with unit_of_work(engine) as session:
        for source, content in contents:
            approve_version(session, source=source, content=content, by=by, now=now)


@acts(Action.BULLETINS_WRITE)
def approve_all(engine: Engine, folder: Path, digest: str, *, by: Actor, now: datetime) -> int:
    """Answer for everything that waits, if it is what was listed; gives how many files that was.

    Raises:
        ChangedMeanwhileError: another file waits now, or one was changed.
        SourceError: a file cannot be read.
    """
    waiting = get_waiting(engine)
    if not waiting.files or waiting.digest != digest:
        raise ChangedMeanwhileError("What waits is not what was listed. Read the list again.")
    approve_files(engine, folder, waiting.files, by=by, now=now)
    return len(waiting.files)
