"""Changed files made ready outside any write transaction: parsed, checked, filled in, rendered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from lamppost.bulletins.body_checks import check_body
from lamppost.bulletins.building import Built, build
from lamppost.bulletins.claims import Claims
from lamppost.bulletins.fact_calls import find_calls
from lamppost.bulletins.facts import check_facts, say_facts
from lamppost.bulletins.front_matter import Status
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.render import RenderError
from lamppost.bulletins.review import NO_REVIEW, Review
from lamppost.bulletins.scanning import Found, Stamp
from lamppost.bulletins.source import Source, SourceError, parse_source
from lamppost.database import read_only


@dataclass(frozen=True, slots=True)
class Prepared:
    """One file, ready to be stored: its bulletin unless a problem blocks it or it waits."""

    stamp: Stamp
    built: Built | None
    problems: tuple[Problem, ...]
    due_at: datetime | None = None
    status: Status | None = None
    waits: bool = False


def prepare_all(
    engine: Engine,
    found: Iterable[Found],
    claims: Claims,
    now: datetime,
    review: Review = NO_REVIEW,
) -> list[Prepared]:
    """Every changed file made ready; one bad file never stops the rest.

    Those in conflict are tried once more at the end: the file in their way may have made room.
    """
    prepared = {one.stamp.source: (one, prepare(engine, one, claims, now, review)) for one in found}
    return [
        prepare(engine, one, claims, now, review) if made.stamp.in_conflict else made
        for one, made in prepared.values()
    ]


def prepare(
    engine: Engine, found: Found, claims: Claims, now: datetime, review: Review = NO_REVIEW
) -> Prepared:
    """One changed file made ready, or its problems."""
    try:
        if found.error:
            raise found.error
        source = parse_source(found.content, found.stamp.source)
    except SourceError as error:
        return Prepared(found.stamp, None, error.problems)
    status, stamp = source.front.status, found.stamp
    if review.waits(source.file, stamp.sha256, status):
        # It claims nothing: what it holds is what its last approved version holds.
        problems = (*check_facts(source), *check_body(source))
        return Prepared(stamp, None, problems, status=status, waits=True)
    return replace(prepare_source(engine, source, stamp, claims, now), status=status)


def prepare_source(
    engine: Engine, source: Source, stamp: Stamp, claims: Claims, now: datetime
) -> Prepared:
    """One checked file made ready, or what stops it."""
    conflicts = claims.claim(source)
    if conflicts:
        return Prepared(replace(stamp, in_conflict=True), None, tuple(conflicts))
    stamp = replace(stamp, in_conflict=False)
    notes = check_body(source)
    faults = check_facts(source)
    if faults:
        return Prepared(stamp, None, (*faults, *notes))
    if source.front.status is Status.PUBLISHED and unfrozen(source):
        return Prepared(stamp, None, (*unfrozen(source), *notes), due_at=now)
    try:
        built = build(source, _say_words(engine, source, now))
    except SourceError as error:
        return Prepared(stamp, None, (*error.problems, *notes))
    except RenderError as error:
        problem = Problem(source.file, source.body_line, str(error))
        return Prepared(stamp, None, (problem, *notes))
    due_at = source.front.publish_at if source.front.status is Status.SCHEDULED else None
    return Prepared(stamp, built, tuple(notes), due_at)


def unfrozen(source: Source) -> list[Problem]:
    """The facts of a published bulletin that publishing has not fixed yet."""
    return [
        Problem(
            source.file,
            source.body_line + call.line,
            f"{call.name} is not fixed yet; run `lamppost bulletins publish {source.file}`",
        )
        for call in find_calls(source.body)[0]
        if call.key not in source.front.facts
    ]


def _say_words(engine: Engine, source: Source, now: datetime) -> dict[str, str]:
    if "{{" not in source.body or source.front.status is Status.WITHDRAWN:
        return {}
    with read_only(engine) as session:
        return say_facts(session, source, now)
