"""Acts of people on a bulletin's file: opened, composed, checked, written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lamppost.bulletins.acts import Act, ActError
from lamppost.bulletins.drafting import Draft, compose_draft, list_names
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.front_matter_edit import Value, set_keys
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.publishing import list_keys
from lamppost.bulletins.review import digest_content
from lamppost.bulletins.source import Source, SourceError, decode, parse_source, read_bytes
from lamppost.bulletins.versions import Version
from lamppost.bulletins.writing import ChangedMeanwhileError, write_version
from postmaster.access.acting import ensure
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it is on the disk; `parsed` is None when it cannot be read as a bulletin."""

    source: str
    content: bytes
    sha256: str
    parsed: Source | None
    problems: tuple[Problem, ...]

    @property
    def bulletin(self) -> Source:
        """The bulletin in it.

        Raises:
            ActError: it cannot be read as one.
        """
        if self.parsed is None:
            raise ActError("The file has mistakes that must be mended first.")
        return self.parsed

    @property
    def text(self) -> str:
        """Its text."""
        return decode(self.content, self.source)


def open_file(folder: Path, source: str) -> Opened:
    """Read a file.

    Raises:
        SourceError: it cannot be read at all.
    """
    content = read_bytes(folder / source, source)
    try:
        parsed: Source | None = parse_source(content, source)
        problems: tuple[Problem, ...] = ()
    except SourceError as error:
        parsed, problems = None, error.problems
    return Opened(source, content, digest_content(content), parsed, problems)


def compose(opened: Opened, keys: Mapping[str, Value]) -> bytes:
    """What the file would hold with these keys set."""
    return set_keys(opened.text, keys).encode()


def compose_published(engine: Engine, opened: Opened, now: datetime) -> bytes:
    """What the file would hold once published; of a published one, with every fact fixed.

    Raises:
        SourceError: a fact cannot be had, or it is withdrawn.
    """
    return compose(opened, list_keys(engine, opened.bulletin, now))


def reopen(opened: Opened, content: bytes) -> Opened:
    """The file as if it held another content.

    Raises:
        SourceError: the content has mistakes, each with its line.
    """
    return Opened(
        opened.source, content, digest_content(content), parse_source(content, opened.source), ()
    )


def save(
    engine: Engine,
    folder: Path,
    opened: Opened,
    content: bytes,
    *,
    act: Act,
    by: Actor,
    now: datetime,
) -> None:
    """Write what was composed, if the file still holds what was opened.

    Raises:
        ChangedMeanwhileError: it holds something else now.
        SourceError: the content has mistakes.
        ActError: an act may not change that.
    """
    ensure(by, Action.BULLETINS_WRITE)
    after = parse_source(content, opened.source)
    if opened.parsed is not None:
        _check_kept(opened.parsed, after, act)
    before = opened.parsed.front.status.value if opened.parsed else None
    changes = {"status": (before, after.front.status.value)} if before != after.front.status else {}
    write_version(
        engine,
        folder / opened.source,
        Version(opened.source, content, act.value, changes),
        seen=opened.sha256,
        by=by,
        now=now,
    )


def _check_kept(before: Source, after: Source, act: Act) -> None:
    """What is minted once stays, and a status changes by its own act."""
    if after.front.id != before.front.id:
        raise ActError(f"id must stay {before.front.id}: readers' programs know it by that.")
    minted = before.front.published_at
    if minted is not None and after.front.published_at != minted:
        raise ActError("published_at never moves once it is written.")
    if act is Act.SAVE and after.front.status is not before.front.status:
        words = f"status must stay {before.front.status}: publish, schedule or withdraw it instead."
        raise ActError(words)


def write_draft(engine: Engine, folder: Path, draft: Draft, *, by: Actor, now: datetime) -> str:
    """Write a new draft under the first free name of its day; gives the file's name.

    Raises:
        SourceError: the folder cannot be written, or something given cannot be.
    """
    ensure(by, Action.BULLETINS_WRITE)
    for name, suffix in list_names(draft.on):
        if (folder / name).exists():
            continue
        content = compose_draft(draft, suffix).encode()
        parse_source(content, name)
        changes = {"status": (None, Status.DRAFT.value)}
        version = Version(name, content, Act.DRAFT.value, changes)
        try:
            write_version(engine, folder / name, version, seen=None, by=by, now=now)
        except ChangedMeanwhileError:
            # Somebody took the name a moment ago.
            continue
        return name
    raise AssertionError("names do not end")  # pragma: no cover - numbers go on
