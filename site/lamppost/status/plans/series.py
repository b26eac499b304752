"""Changes that come again: their times are put on the schedule as they draw near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.plans.changes import check_change, put_change
from lamppost.status.plans.history import keep
from lamppost.status.plans.recurrence import Recurrence, RuleError, list_times
from lamppost.status.plans.tables import ChangeRecord, ChangeSeries
from lamppost.status.plans.texts import ChangeText, PlanError, check_ref, check_words
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action

KIND = "series"


@dataclass(frozen=True, slots=True)
class Series:
    """A change that comes again."""

    ref: str
    title: str
    rule: str
    starts: str
    ends: str
    first_on: date
    until_on: date | None


# How far ahead the schedule is filled: readers plan by it, calendars show it.
AHEAD = timedelta(days=60)
SCHEDULER = "system:change-scheduler"


@acts(Action.STATUS_WRITE)
def start_series(
    session: Session,
    *,
    ref: str,
    recurrence: Recurrence,
    text: ChangeText,
    by: Actor,
    now: datetime,
) -> int:
    """Begin a change that comes again; gives how many of its times are on the schedule now.

    Of `text` title, effects, impact and summary count; its times come from the recurrence.

    Raises:
        PlanError: the reference is taken, the rule cannot be kept, or something given cannot be.
    """
    ref = check_ref(ref)
    if session.get(ChangeSeries, ref) is not None:
        raise PlanError(f"The reference {ref} is taken.", "ref")
    check_words(title=text.title, impact=text.impact, summary=text.summary)
    check_change(session, text)
    try:
        list_times(recurrence, first=london_date(now), last=london_date(now + AHEAD))
    except RuleError as error:
        raise PlanError(str(error), "rule") from None
    row = ChangeSeries(
        ref=ref, title=text.title, first_on=recurrence.first_on,
        starts=recurrence.starts.strftime("%H:%M"), ends=recurrence.ends.strftime("%H:%M"),
        rule=recurrence.rule, until_on=recurrence.until_on, effects=dict(text.effects),
        impact=text.impact, summary=text.summary, scheduled_to=None, is_ended=False,
        updated_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    keep(session, kind=KIND, ref=ref, words=f"Begun: {recurrence.rule}.", by=by.reference, now=now)
    return _schedule(session, row, by=by.reference, now=now)


@acts(Action.STATUS_WRITE)
def end_series(session: Session, *, ref: str, by: Actor, now: datetime) -> int:
    """End it: times still to come are cancelled, and stay to be seen; gives how many.

    Raises:
        PlanError: there is none, or it has ended.
    """
    row = session.get(ChangeSeries, ref, with_for_update=True)
    if row is None or row.is_ended:
        raise PlanError(f"There is no series {ref} that goes on.")
    row.is_ended, row.updated_at = True, now
    coming = session.scalars(
        select(ChangeRecord).where(
            ChangeRecord.series == ref, ChangeRecord.starts_at > now, ~ChangeRecord.is_cancelled
        )
    ).all()
    for one in coming:
        one.is_cancelled, one.updated_at = True, now
        one.version += 1
    keep(session, kind=KIND, ref=ref, words=f"Ended; {len(coming)} times cancelled.",
         by=by.reference, now=now)  # fmt: skip
    return len(coming)


def schedule_ahead(session: Session, *, now: datetime) -> int:
    """Put the times that have drawn near on the schedule; gives how many. Run by the worker.

    A time that was moved or cancelled by hand is never put back.
    """
    rows = session.scalars(
        select(ChangeSeries)
        .where(~ChangeSeries.is_ended)
        .order_by(ChangeSeries.ref)
        .with_for_update()
    )
    return sum(_schedule(session, row, by=SCHEDULER, now=now) for row in rows)


def list_series(session: Session) -> Sequence[Series]:
    """Those that go on, by reference."""
    rows = session.scalars(
        select(ChangeSeries).where(~ChangeSeries.is_ended).order_by(ChangeSeries.ref)
    )
    return tuple(
        Series(row.ref, row.title, row.rule, row.starts, row.ends, row.first_on, row.until_on)
        for row in rows
    )


def _schedule(session: Session, row: ChangeSeries, *, by: str, now: datetime) -> int:
    today, last = london_date(now), london_date(now + AHEAD)
    first = max(today, row.scheduled_to + timedelta(days=1)) if row.scheduled_to else today
    if first > last:
        return 0
    recurrence = Recurrence(
        row.first_on, time.fromisoformat(row.starts), time.fromisoformat(row.ends), row.rule,
        row.until_on,
    )  # fmt: skip
    count = 0
    for starts_at, ends_at in list_times(recurrence, first=first, last=last):
        ref = f"{row.ref}-{london_date(starts_at):%Y%m%d}"
        if ends_at <= now or session.get(ChangeRecord, ref) is not None:
            continue
        text = ChangeText(
            row.title, starts_at, ends_at, effects=row.effects, impact=row.impact,
            summary=row.summary,
        )  # fmt: skip
        put_change(session, ref=ref, text=text, despite="", series=row.ref, by=by, now=now)
        count += 1
    row.scheduled_to = last
    session.flush()
    return count
