"""Put the copy where it belongs: written beside the old one, then in its place at once."""

import ctypes
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from lamppost.snapshot.crawling import SnapshotError

# What marks a folder as a copy of ours, which may be replaced whole.
MARK = "snapshot.json"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder hold these files and nothing else; readers see the old copy or the new one.

    Raises:
        SnapshotError: the folder holds something that is no copy, or cannot be written.
    """
    target = folder.resolve()
    refuse_strangers(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            _write(made, files)
            _put_in_place(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise SnapshotError(
            f"{error.filename or target} cannot be written: {error.strerror}."
        ) from error


def refuse_strangers(target: Path) -> None:
    """Never replace what is not ours: only a missing or empty folder, or a copy.

    Raises:
        SnapshotError: it is something else.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise SnapshotError(f"{target} is a file; name a folder.")
    if any(target.iterdir()) and not (target / MARK).is_file():
        raise SnapshotError(
            f"{target} holds files that are no copy of the status; name an empty or a new folder."
        )


def _write(made: Path, files: Mapping[str, bytes]) -> None:
    # Any file server may read it: nothing in it is anything but public.
    made.chmod(0o755)
    for name, body in files.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def _put_in_place(made: Path, target: Path) -> None:
    """Exchange the two; where the system cannot, move the old aside for the blink of an eye."""
    if not target.exists():
        made.rename(target)
    elif not _exchange(made, target):
        aside = made.with_name(f"{made.name}.old")
        target.rename(aside)
        made.rename(target)
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Whether the kernel exchanged the names of both in one step."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done: int = rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0
