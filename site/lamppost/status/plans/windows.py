"""BCDR windows as operators announce, move, cancel and close them; each is a blackout too."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status.plans import rules
from lamppost.status.plans.history import keep
from lamppost.status.plans.rows import lock_plan
from lamppost.status.plans.schedule import check_conflicts, plan_of_window
from lamppost.status.plans.tables import WindowRecord
from lamppost.status.plans.texts import PlanError, WindowText, check_ref, check_version, check_words
from lamppost.wording import say_date, say_date_range
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.blackouts.actions import end_period, remove_period, set_period
from postmaster.blackouts.rules import Hold, Source

KIND = "window"
BLACKOUT = "bcdr-window"


@acts(Action.STATUS_WRITE)
def announce_window(
    session: Session, *, ref: str, text: WindowText, despite: str = "", by: Actor, now: datetime
) -> None:
    """Announce a BCDR test.

    Raises:
        ConflictsError: it runs into something and nobody said why it stands.
        PlanError: the reference is taken, or something given cannot be.
    """
    ref = check_ref(ref)
    if session.get(WindowRecord, ref) is not None:
        raise PlanError(f"The reference {ref} is taken.", "ref")
    _check(text)
    if text.ends_on < london_date(now):
        raise PlanError("It would be over already.", "ends_on")
    check_conflicts(session, plan_of_window(ref, text), despite=despite)
    row = WindowRecord(
        uid=ref, sequence=0, title=text.title, starts_on=text.starts_on, ends_on=text.ends_on,
        announced_ends_on=text.ends_on, is_cancelled=False, summary=text.summary,
        location=text.location, url="", announced_at=now, updated_at=now,
        expects_impact=text.expects_impact, despite=despite, source="panel", outcome="", version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    hold_back(session, row, by=by.reference, now=now)
    days = say_date_range(text.starts_on, text.ends_on)
    keep(session, kind=KIND, ref=ref, words=_despite(f"Announced for {days}.", despite),
         by=by.reference, now=now)  # fmt: skip


@acts(Action.STATUS_WRITE)
def alter_window(
    session: Session,
    *,
    ref: str,
    seen_version: int,
    text: WindowText,
    despite: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Change what was announced; a test that has begun keeps its first day.

    Raises:
        PlanChangedError: somebody has written since.
        ConflictsError: it runs into something and nobody said why it stands.
        PlanError: it is over or cancelled, or something given cannot be.
    """
    row = lock_plan(session, WindowRecord, ref)
    check_version(row.version, seen_version)
    _check(text)
    today = london_date(now)
    if row.is_cancelled or row.ends_on < today:
        raise PlanError(f"{row.title} is over. Record its outcome instead.")
    has_begun = row.starts_on <= today
    if has_begun and text.starts_on != row.starts_on:
        raise PlanError(
            f"It began on {say_date(row.starts_on)} and keeps that day. Move its end or cancel it.",
            "starts_on",
        )
    if text.ends_on < today:
        raise PlanError("It cannot have ended before today.", "ends_on")
    moves = (text.starts_on, text.ends_on) != (row.starts_on, row.ends_on)
    if moves:
        check_conflicts(session, plan_of_window(ref, text), despite=despite)
    words = _moved(row, text, has_begun=has_begun) if moves else "Details changed."
    _move(row, text, now)
    row.title, row.summary, row.location = text.title, text.summary, text.location
    row.expects_impact = text.expects_impact
    row.despite = despite if moves else row.despite
    _touch(session, row, _despite(words, despite if moves else ""), by=by.reference, now=now)


@acts(Action.STATUS_WRITE)
def cancel_window(session: Session, *, ref: str, why: str, by: Actor, now: datetime) -> None:
    """Call it off; it stays on the page as cancelled.

    Raises:
        PlanError: it is over or cancelled, or nobody says why.
    """
    row = lock_plan(session, WindowRecord, ref)
    if row.is_cancelled or row.ends_on < london_date(now):
        raise PlanError(f"{row.title} is over.")
    if not why.strip():
        raise PlanError("Say why it is cancelled.", "why")
    row.is_cancelled = True
    _touch(session, row, f"Cancelled: {why.strip()}", by=by.reference, now=now)


@acts(Action.STATUS_WRITE)
def record_outcome(session: Session, *, ref: str, outcome: str, by: Actor, now: datetime) -> None:
    """Record how a test went; readers see it.

    Raises:
        PlanError: it has not begun, or there are no words.
    """
    row = lock_plan(session, WindowRecord, ref)
    if row.starts_on > london_date(now):
        raise PlanError(f"{row.title} has not begun.")
    check_words(outcome=outcome)
    if not outcome.strip():
        raise PlanError("Enter the outcome.", "outcome")
    row.outcome = outcome
    _touch(session, row, f"Outcome: {outcome}", by=by.reference, now=now)


def hold_back(session: Session, row: WindowRecord, *, by: str, now: datetime) -> None:
    """Bring the blackout to what the window says, in the same transaction.

    Batches hold while a test runs; days of notices are lost only where readers will notice it.
    """
    source = Source(BLACKOUT, row.uid)
    begins = london_midnight(row.starts_on)
    if row.is_cancelled:
        if begins <= now:
            end_period(session, source=source, at=now, by=by, now=now)
        else:
            remove_period(session, source=source, by=by, now=now)
        return
    set_period(
        session,
        source=source,
        from_at=begins,
        until_at=london_midnight(row.ends_on + timedelta(days=1)),
        reason=f"The BCDR test {row.title} runs.",
        holds={Hold.BATCHES, Hold.NOTICE_DAYS} if row.expects_impact else {Hold.BATCHES},
        by=by,
        now=now,
    )


def _check(text: WindowText) -> None:
    check_words(title=text.title, summary=text.summary, location=text.location)
    if text.ends_on < text.starts_on:
        raise PlanError("It would end before it begins.", "ends_on")


def _move(row: WindowRecord, text: WindowText, now: datetime) -> None:
    row.announced_ends_on = rules.announced_end(
        known_start=row.starts_on,
        known_end=row.announced_ends_on,
        starts_on=text.starts_on,
        ends_on=text.ends_on,
        now=now,
    )
    if text.starts_on != row.starts_on:
        row.dates_announced_at = now
    row.starts_on, row.ends_on = text.starts_on, text.ends_on


def _moved(row: WindowRecord, text: WindowText, *, has_begun: bool) -> str:
    before = say_date_range(row.starts_on, row.ends_on)
    verb = "Moved"
    if has_begun:
        verb = "Extended" if text.ends_on > row.ends_on else "Shortened"
    return f"{verb} from {before} to {say_date_range(text.starts_on, text.ends_on)}."


def _touch(session: Session, row: WindowRecord, words: str, *, by: str, now: datetime) -> None:
    # The sequence of the calendar goes up with every change, so that every calendar takes it.
    row.sequence += 1
    row.version += 1
    row.updated_at = now
    session.flush()
    hold_back(session, row, by=by, now=now)
    keep(session, kind=KIND, ref=row.uid, words=words, by=by, now=now)


def _despite(words: str, despite: str) -> str:
    return f"{words} It stands despite what it overlaps: {despite.strip()}" if despite else words
