"""Close a month for good, and add to a closed one what has turned out since."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.policy import MONTH_SETTLES
from lamppost.status.tables import DayRollup
from lamppost.status.uptime.collecting import collect_month
from lamppost.status.uptime.document import (
    Correction,
    digest_of,
    longest_gap,
    month_slices,
    month_tally,
    write_document,
    write_lengths,
)
from lamppost.status.uptime.months import month_bounds
from lamppost.status.uptime.reads import is_source_whole, list_corrections, load_document
from lamppost.status.uptime.rules import Tally
from lamppost.status.uptime.tables import ClosedMonth, ClosedMonthLine, MonthAddendum
from lamppost.wording import say_month
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import record

LONGEST_REASON = 2000


class MonthError(Exception):
    """A month cannot be closed, or what was closed cannot be corrected like that."""


@acts(Action.STATUS_WRITE)
def close_month(session: Session, *, month: date, by: Actor, now: datetime) -> str:
    """Close a month once; gives the digest of its document.

    Raises:
        MonthError: it is not over for long enough, closed already, nothing of it was measured, or
            the readings it stands on are no longer kept.
    """
    _ensure_closable(session, month, now)
    document = collect_month(session, month=month, by=by, now=now)
    text = write_document(document)
    _store(session, month, document, text, by=by, now=now)
    record(
        session,
        action="status.month",
        kind="status-month",
        key=f"{month:%Y-%m}",
        changes={"digest": (None, digest_of(text)), "formula": (None, _version(document))},
        by=by.reference,
        now=now,
    )
    bump_generation(session, Area.STATUS)
    return digest_of(text)


def _ensure_closable(session: Session, month: date, now: datetime) -> None:
    starts_at, ends_at = month_bounds(month)
    if now < ends_at + MONTH_SETTLES:
        raise MonthError(
            f"{say_month(month)} is closed {MONTH_SETTLES.days} days after it is over, not before"
        )
    if session.get(ClosedMonth, month) is not None:
        raise MonthError(f"{say_month(month)} is closed already; what is wrong is added to it")
    first_on = session.scalar(select(func.min(DayRollup.day)))
    if first_on is None or month_bounds(first_on.replace(day=1))[0] > starts_at:
        raise MonthError(f"nothing was measured in {say_month(month)}")
    if not is_source_whole(starts_at, first_on, now=now):
        raise MonthError(
            f"the readings of {say_month(month)} are no longer kept whole, so nobody could check "
            "its figures"
        )


def _store(
    session: Session, month: date, document: dict[str, Any], text: str, *, by: Actor, now: datetime
) -> None:
    starts_at, ends_at = month_bounds(month)
    session.execute(
        insert(ClosedMonth),
        {
            "month": month,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "closed_at": now,
            "closed_by": by.reference,
            "formula": _version(document),
            "digest": digest_of(text),
            "document": text,
        },
    )
    lines = [
        _line(month, place, component, starts_at, ends_at)
        for place, component in enumerate(document["components"])
    ]
    if lines:
        session.execute(insert(ClosedMonthLine), lines)


def _line(
    month: date, place: int, component: dict[str, Any], starts_at: datetime, ends_at: datetime
) -> dict[str, Any]:
    gap = longest_gap(month_slices(component, starts_at=starts_at, ends_at=ends_at))
    return {
        "month": month,
        "component": component["slug"],
        "name": component["name"],
        "group_name": component["group"],
        "position": place,
        "period": component["figures"]["period"],
        "measured": component["figures"]["measured"],
        "excused": component["figures"]["excused"],
        "gap_started_at": gap[0] if gap else None,
        "gap_ended_at": gap[1] if gap else None,
    }


def _version(document: dict[str, Any]) -> str:
    return str(document["formula"]["version"])


@acts(Action.STATUS_WRITE)
def correct_month(
    session: Session,
    *,
    month: date,
    correction: Correction,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """Add to a closed month how a component was in truth for some time; gives the number.

    The closed figures stay as they are; the corrected ones stand beside them.

    Raises:
        MonthError: the month is not closed, has no such component, the time is not in it, or no
            reason is given.
    """
    words = reason.strip()
    found = _correctable(session, month, correction, words)
    addenda = list_corrections(session, month)
    tally = _tally_with(found, [*addenda, correction], month)
    number = len(addenda) + 1
    addendum = {
        "month": month,
        "number": number,
        "component": correction.component,
        "starts_at": correction.starts_at,
        "ends_at": correction.ends_at,
        "state": correction.state.value,
        "reason": words,
        "written_by": by.reference,
        "written_at": now,
        "measured": write_lengths(tally.measured),
        "excused": write_lengths(tally.excused),
    }
    session.execute(insert(MonthAddendum), addendum)
    _record_correction(session, month, number, correction, by=by, now=now)
    bump_generation(session, Area.STATUS)
    return number


def _tally_with(component: dict[str, Any], corrections: list[Correction], month: date) -> Tally:
    opens, shuts = month_bounds(month)
    mine = [one for one in corrections if one.component == component["slug"]]
    slices = month_slices(component, starts_at=opens, ends_at=shuts, corrections=mine)
    return month_tally(slices, starts_at=opens, ends_at=shuts)


def _correctable(session: Session, month: date, new: Correction, words: str) -> dict[str, Any]:
    """What the month's document has of the component; raises when the correction makes no sense."""
    document = load_document(session, month)
    if document is None:
        raise MonthError(f"{say_month(month)} is not closed")
    components: list[dict[str, Any]] = document["components"]
    found = next((one for one in components if one["slug"] == new.component), None)
    if found is None:
        raise MonthError(f"{say_month(month)} has no component {new.component!r}")
    opens, shuts = month_bounds(month)
    if not opens <= new.starts_at < new.ends_at <= shuts:
        raise MonthError(
            f"the time must begin before it ends and lie within {say_month(month)}, in London"
        )
    if not words or len(words) > LONGEST_REASON:
        raise MonthError(f"give a reason of at most {LONGEST_REASON} characters")
    return found


def _record_correction(
    session: Session, month: date, number: int, new: Correction, *, by: Actor, now: datetime
) -> None:
    record(
        session,
        action="status.correct",
        kind="status-month",
        key=f"{month:%Y-%m}",
        changes={
            "addendum": (None, number),
            "component": (None, new.component),
            "from": (None, new.starts_at.isoformat()),
            "until": (None, new.ends_at.isoformat()),
            "state": (None, new.state.value),
        },
        by=by.reference,
        now=now,
    )
