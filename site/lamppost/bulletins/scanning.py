"""Which files of the content folder changed since they were last seen, for the price of a stat."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from lamppost.bulletins.render import RENDERER
from lamppost.bulletins.review import digest_content
from lamppost.bulletins.source import SourceError, read_bytes

# A file written twice within this time may keep its time and size, so it is hashed again until its
# last change is older. Covers file systems that keep whole seconds or two.
_SETTLED = timedelta(seconds=3)
_NOT_BULLETINS = ("readme.md",)
# In place of a hash: the file could not be read, and new permissions do not move its time.
_UNREAD = "unread"
# In place of a hash: the file is read and judged anew, unchanged as it is.
AGAIN = "again"


class FolderMissingError(Exception):
    """The content folder is not there; every bulletin stays as it was."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is remembered of a file between two looks."""

    source: str
    mtime_ns: int
    size: int
    sha256: str
    renderer: str
    seen_at: datetime
    in_conflict: bool

    def is_trusted(self, mtime_ns: int, size: int) -> bool:
        """Whether the same time and size prove that the content is the same."""
        settled_at = self.seen_at - _SETTLED
        is_same = (self.mtime_ns, self.size, self.renderer) == (mtime_ns, size, RENDERER)
        is_settled = mtime_ns < settled_at.timestamp() * 1e9
        return is_same and is_settled and self.sha256 not in {_UNREAD, AGAIN}


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be parsed: its new stamp, and its bytes or why there are none."""

    stamp: Stamp
    content: bytes
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at the folder found: to parse, only touched, gone, and how many stand still."""

    changed: tuple[Found, ...]
    touched: tuple[Stamp, ...]
    gone: tuple[str, ...]
    unchanged: int

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.changed or self.touched or self.gone)


def scan_folder(folder: Path, known: Mapping[str, Stamp], now: datetime) -> Scan:
    """Compare the folder with what is remembered of it.

    Raises:
        FolderMissingError: no such folder, which may be a mount that is away.
    """
    if not folder.is_dir():
        raise FolderMissingError(f"{folder} is not there; the bulletins stay as they were.")
    changed: list[Found] = []
    touched: list[Stamp] = []
    seen: set[str] = set()
    for source, path in list_files(folder):
        found = _look(path, source, known.get(source), now)
        if found is None:
            continue
        seen.add(source)
        if isinstance(found, Found):
            changed.append(found)
        elif found is not known[source]:
            touched.append(found)
    gone = tuple(sorted(known.keys() - seen))
    if changed or gone:
        changed += _list_conflicts(folder, known, {*gone, *(f.stamp.source for f in changed)}, now)
    return Scan(tuple(changed), tuple(touched), gone, len(seen) - len(changed) - len(touched))


def list_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each bulletin file as its name below the folder, and its path; in order.

    Raises:
        FolderMissingError: a folder cannot be read; to skip it would take its bulletins down.
    """
    found: list[str] = []
    # os.walk, not rglob: every second, over a thousand files, it is five times less work.
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = os.path.relpath(place, folder)
        prefix = "" if below == "." else f"{below}/".replace(os.sep, "/")
        found += [prefix + name for name in names if _is_bulletin(name)]
    for source in sorted(found):
        yield source, folder / source


def _refuse(error: OSError) -> None:
    words = f"{error.filename} cannot be read; the bulletins stay as they were."
    raise FolderMissingError(words) from error


def _is_bulletin(name: str) -> bool:
    is_markdown = name.endswith(".md") and not name.startswith(".")
    return is_markdown and name.lower() not in _NOT_BULLETINS


def _look(path: Path, source: str, known: Stamp | None, now: datetime) -> Found | Stamp | None:
    """A file to parse, a stamp (the known one itself when nothing moved), or None: it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    if known and known.is_trusted(stat.st_mtime_ns, stat.st_size):
        return known
    found = _read(path, _new_stamp(source, stat.st_mtime_ns, stat.st_size, now))
    if known is None or (found.stamp.sha256, RENDERER) != (known.sha256, known.renderer):
        return found
    fresh = replace(found.stamp, in_conflict=known.in_conflict)
    has_moved = (known.mtime_ns, known.size) != (fresh.mtime_ns, fresh.size)
    return fresh if has_moved or fresh.is_trusted(fresh.mtime_ns, fresh.size) else known


def _new_stamp(source: str, mtime_ns: int, size: int, now: datetime) -> Stamp:
    return Stamp(source, mtime_ns, size, "", RENDERER, seen_at=now, in_conflict=False)


def _read(path: Path, stamp: Stamp) -> Found:
    try:
        content = read_bytes(path, stamp.source)
    except SourceError as error:
        return Found(replace(stamp, sha256=_UNREAD), b"", error)
    return Found(replace(stamp, sha256=digest_content(content)), content)


def _list_conflicts(
    folder: Path, known: Mapping[str, Stamp], handled: set[str], now: datetime
) -> list[Found]:
    """Unchanged files that stood back for another: what they waited for may be free now."""
    waiting = [stamp for stamp in known.values() if stamp.in_conflict]
    return [
        _read(folder / stamp.source, replace(stamp, seen_at=now))
        for stamp in waiting
        if stamp.source not in handled
    ]
