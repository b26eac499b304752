"""Publishing writes into the file: status, published_at, and what each fact said that day."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from lamppost.bulletins.fact_calls import find_calls
from lamppost.bulletins.facts import check_facts, say_facts
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.front_matter_edit import Value, set_keys
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.review import digest_content
from lamppost.bulletins.rules import decide_published_at
from lamppost.bulletins.source import Source, SourceError, decode, parse_source, read_bytes
from lamppost.bulletins.versions import Version, approve_version, get_review
from lamppost.bulletins.writing import ChangedMeanwhileError, replace_file, write_version
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, operator, system

PUBLISH = "publish"
_COMMAND = operator("bulletins publish")
_JOB = system("publish bulletins")


def publish(
    engine: Engine,
    path: Path,
    now: datetime,
    *,
    file: str | None = None,
    by: Actor | None = _COMMAND,
) -> datetime:
    """Publish a file whatever it waits for; gives its published_at, which never moves again.

    Whoever publishes answers for the content, also for one that had been published already; `by` is
    None where no database is there to keep that.

    Raises:
        SourceError: the file has problems, is withdrawn, or a fact cannot be had.
    """
    name = path.name if file is None else file
    source = _publish_when(engine, path, name, lambda _source, _sha256: True, by=by, now=now)
    published_at = decide_published_at(source.front)
    if published_at is None:  # pragma: no cover - published files always have one
        raise SourceError(Problem(name, 1, "the file was not published"))
    if by is None:
        return published_at
    with unit_of_work(engine) as session:
        approve_version(session, source=name, content=read_bytes(path, name), by=by, now=now)
    return published_at


def publish_file(
    engine: Engine, path: Path, file: str, now: datetime, *, is_reviewed: bool = False
) -> None:
    """Publish a file if its moment has come; one its author took back meanwhile is left alone.

    Where files are reviewed, only what somebody answers for is published.

    Raises:
        SourceError: the file has problems, or a fact cannot be had.
    """
    with read_only(engine) as session:
        review = get_review(session, is_on=is_reviewed)

    def is_wanted(source: Source, sha256: str) -> bool:
        waits = review.waits(file, sha256, source.front.status)
        return _is_due(source, now) and not waits

    _publish_when(engine, path, file, is_wanted, by=_JOB, now=now)


def _is_due(source: Source, now: datetime) -> bool:
    front = source.front
    if front.status is Status.SCHEDULED:
        return front.publish_at is not None and front.publish_at <= now
    return front.status is Status.PUBLISHED


def _publish_when(
    engine: Engine,
    path: Path,
    file: str,
    is_wanted: Callable[[Source, str], bool],
    *,
    by: Actor | None,
    now: datetime,
) -> Source:
    content = read_bytes(path, file)
    source, seen = parse_source(content, file), digest_content(content)
    if not is_wanted(source, seen):
        return source
    keys = list_keys(engine, source, now)
    if not keys:
        return source
    changed = set_keys(decode(content, file), keys).encode()
    published = parse_source(changed, file)
    changes = {"status": (source.front.status.value, Status.PUBLISHED.value)}
    version = Version(file, changed, PUBLISH, changes)
    try:
        if by is None:
            replace_file(path, changed, file, seen=seen)
        else:
            write_version(engine, path, version, seen=seen, by=by, now=now)
    except ChangedMeanwhileError:
        words = "the file was changed while it was being published; publish it again"
        raise SourceError(Problem(file, 1, words)) from None
    return published


def list_keys(engine: Engine, source: Source, now: datetime) -> dict[str, Value]:
    """What publishing still has to write; nothing for a file that is published and frozen.

    Raises:
        SourceError: it is withdrawn, or a fact cannot be had.
    """
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
