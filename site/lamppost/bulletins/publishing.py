"""Publishing writes into the file: status, published_at, and what each fact said that day."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Engine

from lamppost.bulletins.fact_calls import find_calls
from lamppost.bulletins.facts import check_facts, say_facts
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.front_matter_edit import Value, set_keys
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.rules import decide_published_at
from lamppost.bulletins.source import Source, SourceError, decode, parse_source, read_bytes
from lamppost.database import read_only


def publish(engine: Engine, path: Path, now: datetime) -> datetime:
    """Publish a file whatever it waits for; gives its published_at, which never moves again.

    Raises:
        SourceError: the file has problems, is withdrawn, or a fact cannot be had.
    """
    source = _publish_when(engine, path, path.name, now, lambda _: True)
    published_at = decide_published_at(source.front)
    if published_at is None:  # pragma: no cover - published files always have one
        raise SourceError(Problem(path.name, 1, "the file was not published"))
    return published_at


def publish_file(engine: Engine, path: Path, file: str, now: datetime) -> None:
    """Publish a file if its moment has come; one its author took back meanwhile is left alone.

    Raises:
        SourceError: the file has problems, or a fact cannot be had.
    """
    _publish_when(engine, path, file, now, lambda source: _is_due(source, now))


def _is_due(source: Source, now: datetime) -> bool:
    front = source.front
    if front.status is Status.SCHEDULED:
        return front.publish_at is not None and front.publish_at <= now
    return front.status is Status.PUBLISHED


def _publish_when(
    engine: Engine, path: Path, file: str, now: datetime, is_wanted: Callable[[Source], bool]
) -> Source:
    content = read_bytes(path, file)
    source = parse_source(content, file)
    if not is_wanted(source):
        return source
    keys = _keys(engine, source, now)
    if not keys:
        return source
    changed = set_keys(decode(content, file), keys).encode()
    published = parse_source(changed, file)
    if read_bytes(path, file) != content:
        words = "the file was changed while it was being published; publish it again"
        raise SourceError(Problem(file, 1, words))
    _replace(path, changed, file)
    return published


def _keys(engine: Engine, source: Source, now: datetime) -> dict[str, Value]:
    """What publishing still has to write; nothing for a file that is published and frozen."""
    front = source.front
    if front.status is Status.WITHDRAWN:
        words = "a withdrawn bulletin is not published again; write a new one"
        raise SourceError(Problem(source.file, 1, words))
    faults = check_facts(source)
    if faults:
        raise SourceError(*faults)
    keys: dict[str, Value] = {}
    if front.status is not Status.PUBLISHED:
        keys["status"] = Status.PUBLISHED.value
    if front.published_at is None:
        is_new = front.status is not Status.PUBLISHED
        moment = now if is_new else decide_published_at(front) or now
        keys["published_at"] = f'"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"'
    if any(call.key not in front.facts for call in find_calls(source.body)[0]):
        with read_only(engine) as session:
            keys["facts"] = {**front.facts, **say_facts(session, source, now)}
    return keys


def _replace(path: Path, content: bytes, file: str) -> None:
    """Put new content in the file's place at once: a reader sees the old or the new, never half."""
    temporary: Path | None = None
    try:
        mode = path.stat().st_mode & 0o777
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        words = f"publishing could not write the file ({error.strerror})"
        raise SourceError(Problem(file, 1, words)) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
