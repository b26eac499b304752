"""Roll-outs written down, moved on and ended; every write is audited, none commits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import Changes, only_changed, record
from postmaster.days import say_day
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import Region
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.stages import (
    LONGEST_WORDS,
    Span,
    Stage,
    find_overlap,
    find_span_fault,
    say_overlap,
)
from postmaster.registrations.tables import Rollout

LONGEST_SOURCE = 500
NEW = 0


@acts(Action.ROLLOUTS_WRITE)
def add_rollout(session: Session, *, span: Span, source: str, by: Actor, now: datetime) -> int:
    """Write a stage of a sector in a region down; gives the row's number.

    Raises:
        RegistrationError: its days or words cannot be, or a row of the region is in the way.
    """
    container = SECTORS[span.sector].container
    ensure(by, Action.ROLLOUTS_WRITE, _target(session, container))
    _check(session, span, source)
    row = Rollout(
        sector=span.sector, region=span.region, container=container, stage=span.stage,
        from_on=span.from_on, from_words=span.from_words or None, to_on=span.to_on,
        source=source.strip(), entered_at=now, entered_by=by.reference,
    )  # fmt: skip
    session.add(row)
    session.flush()
    told = {"stage": (None, row.stage), "sector": (None, row.sector), "region": (None, row.region)}
    _note(session, row, "rollouts.add", told, by=by, now=now)
    return row.rollout_id


@acts(Action.ROLLOUTS_WRITE)
def move_rollout(
    session: Session,
    *,
    rollout_id: int,
    stage: Stage,
    from_on: date | None,
    from_words: str = "",
    source: str,
    by: Actor,
    now: datetime,
) -> int:
    """Take a region to its next stage: the row ends the day before, the next begins.

    A plan becomes the next stage itself. Gives the number of the row that holds the new stage.

    Raises:
        RegistrationError: the row is over, or the next one cannot be.
    """
    row = _get(session, rollout_id, by)
    if row.to_on is not None:
        raise RegistrationError("This row has a last day. Add the next one instead.")
    new = Span(
        NEW, Sector(row.sector), Region(row.region), stage, from_on, from_words or None, None
    )
    _refuse(find_span_fault(new))
    if row.stage == Stage.PLANNED or row.from_on is None:
        return _become(session, row, new, source, by=by, now=now)
    if from_on is None or from_on <= row.from_on:
        words = f"It began on {say_day(row.from_on)}. Enter a later day for what comes next."
        raise RegistrationError(words, field="from_on")
    end_rollout(session, rollout_id=rollout_id, to_on=from_on - timedelta(days=1), by=by, now=now)
    return add_rollout(session, span=new, source=source, by=by, now=now)


@acts(Action.ROLLOUTS_WRITE)
def end_rollout(
    session: Session, *, rollout_id: int, to_on: date, by: Actor, now: datetime
) -> None:
    """Give a row its last day.

    Raises:
        RegistrationError: it has no first day, or would end before it, or another is in the way.
    """
    row = _get(session, rollout_id, by)
    before = row.to_on
    ending = Span(
        row.rollout_id, Sector(row.sector), Region(row.region), Stage(row.stage), row.from_on,
        row.from_words, to_on,
    )  # fmt: skip
    _check(session, ending, row.source)
    row.to_on = to_on
    session.flush()
    changes: Changes = {"to_on": (_iso(before), _iso(to_on))}
    _note(session, row, "rollouts.end", changes, by=by, now=now)


def list_spans(session: Session, *, sector: Sector | None = None) -> Sequence[Span]:
    """Every row, of one sector or of all, by sector, region and day."""
    rows = select(Rollout).order_by(Rollout.sector, Rollout.region, Rollout.from_on)
    if sector is not None:
        rows = rows.where(Rollout.sector == sector)
    return [to_span(row) for row in session.scalars(rows)]


def to_span(row: Rollout) -> Span:
    """A row as a value."""
    return Span(
        row.rollout_id, Sector(row.sector), Region(row.region), Stage(row.stage), row.from_on,
        row.from_words, row.to_on,
    )  # fmt: skip


def _become(
    session: Session, row: Rollout, new: Span, source: str, *, by: Actor, now: datetime
) -> int:
    """The row itself is the next stage from now on: what it was never came to be."""
    held = Span(
        row.rollout_id, new.sector, new.region, new.stage, new.from_on, new.from_words, None
    )
    _check(session, held, source)
    changes: Changes = {
        "stage": (row.stage, new.stage),
        "from_on": (_iso(row.from_on), _iso(new.from_on)),
        "from_words": (row.from_words, new.from_words),
        "source": (row.source, source.strip()),
    }
    row.stage, row.from_on, row.from_words = new.stage, new.from_on, new.from_words
    row.source = source.strip()
    session.flush()
    _note(session, row, "rollouts.move", changes, by=by, now=now)
    return row.rollout_id


def _check(session: Session, span: Span, source: str) -> None:
    _refuse(find_span_fault(span))
    if not source.strip() or len(source) > LONGEST_SOURCE:
        words = f"Say where this was announced, in {LONGEST_SOURCE} characters or fewer."
        raise RegistrationError(words, field="source")
    if len(span.from_words or "") > LONGEST_WORDS:
        words = f"Shorten the words to {LONGEST_WORDS} characters or fewer."
        raise RegistrationError(words, field="from_words")
    rows = session.scalars(
        select(Rollout)
        .where(Rollout.sector == span.sector, Rollout.region == span.region)
        .with_for_update()
    )
    other = find_overlap([to_span(row) for row in rows], span)
    if other is not None:
        raise RegistrationError(say_overlap(other), field="from_on")


def _refuse(fault: tuple[str, str] | None) -> None:
    if fault is not None:
        raise RegistrationError(fault[1], field=fault[0])


def _get(session: Session, rollout_id: int, by: Actor) -> Rollout:
    row = session.scalar(select(Rollout).where(Rollout.rollout_id == rollout_id).with_for_update())
    if row is None:
        raise RegistrationError("There is no such row.")
    ensure(by, Action.ROLLOUTS_WRITE, _target(session, row.container))
    return row


def _target(session: Session, container: str) -> Target:
    above = get_above(session, organisation=container)
    return Target("rollout", container, container, above)


def _note(
    session: Session, row: Rollout, action: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    record(
        session,
        action=action,
        kind="rollout",
        key=str(row.rollout_id),
        organisation=row.container,
        changes=only_changed(changes),
        by=by.reference,
        now=now,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
