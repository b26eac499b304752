"""The forward schedule of change as operators keep it, and the times of changes that come again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.plans.history import keep
from lamppost.status.plans.rows import lock_plan
from lamppost.status.plans.schedule import check_conflicts, plan_of_change
from lamppost.status.plans.tables import ChangeRecord
from lamppost.status.plans.texts import (
    ChangeText,
    Effect,
    PlanError,
    check_ref,
    check_version,
    check_words,
)
from lamppost.status.tables import Component
from lamppost.wording import say_moment
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action

KIND = "change"
KINDS = ("change", "freeze")


@acts(Action.STATUS_WRITE)
def schedule_change(
    session: Session, *, ref: str, text: ChangeText, despite: str = "", by: Actor, now: datetime
) -> None:
    """Put a change or a freeze on the schedule.

    Raises:
        ConflictsError: it runs into something and nobody said why it stands.
        PlanError: the reference is taken, or something given cannot be.
    """
    ref = check_ref(ref)
    if session.get(ChangeRecord, ref) is not None:
        raise PlanError(f"The reference {ref} is taken.", "ref")
    check_change(session, text)
    if text.ends_at <= now:
        raise PlanError("It would be over already.", "ends_at")
    check_conflicts(session, plan_of_change(ref, text), despite=despite)
    put_change(session, ref=ref, text=text, despite=despite, series=None, by=by.reference, now=now)


@acts(Action.STATUS_WRITE)
def alter_change(
    session: Session,
    *,
    ref: str,
    seen_version: int,
    text: ChangeText,
    despite: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Change what is on the schedule; a change that has begun keeps its beginning.

    Raises:
        PlanChangedError: somebody has written since.
        ConflictsError: it runs into something and nobody said why it stands.
        PlanError: it is over or cancelled, or something given cannot be.
    """
    row = lock_plan(session, ChangeRecord, ref)
    check_version(row.version, seen_version)
    check_change(session, text)
    _check_begun(row, text, now)
    moves = (text.starts_at, text.ends_at) != (row.starts_at, row.ends_at)
    if moves or set(text.effects) != set(row.components.split()):
        check_conflicts(session, plan_of_change(ref, text), despite=despite)
    if text.starts_at != row.starts_at:
        row.dates_announced_at = now
    words = (
        f"Moved: {say_moment(text.starts_at)} to {say_moment(text.ends_at)}."
        if moves
        else "Details changed."
    )
    for name, value in _values(text).items():
        setattr(row, name, value)
    row.despite = despite or row.despite
    _touch(session, row, words, by=by, now=now)


@acts(Action.STATUS_WRITE)
def cancel_change(session: Session, *, ref: str, why: str, by: Actor, now: datetime) -> None:
    """Call it off; it stays on the schedule as cancelled.

    Raises:
        PlanError: it is over or cancelled, or nobody says why.
    """
    row = lock_plan(session, ChangeRecord, ref)
    if row.is_cancelled or row.ends_at <= now:
        raise PlanError(f"{row.title} is over.")
    if not why.strip():
        raise PlanError("Say why it is cancelled.", "why")
    row.is_cancelled = True
    _touch(session, row, f"Cancelled: {why.strip()}", by=by, now=now)


@acts(Action.STATUS_WRITE)
def record_change_outcome(
    session: Session, *, ref: str, outcome: str, by: Actor, now: datetime
) -> None:
    """Record how a change went; readers see it.

    Raises:
        PlanError: it has not begun, or there are no words.
    """
    row = lock_plan(session, ChangeRecord, ref)
    if row.starts_at > now:
        raise PlanError(f"{row.title} has not begun.")
    check_words(outcome=outcome)
    if not outcome.strip():
        raise PlanError("Enter the outcome.", "outcome")
    row.outcome = outcome
    _touch(session, row, f"Outcome: {outcome}", by=by, now=now)


def put_change(
    session: Session,
    *,
    ref: str,
    text: ChangeText,
    despite: str,
    series: str | None,
    by: str,
    now: datetime,
) -> None:
    """Store a change that was checked; for the panel and for series."""
    session.add(
        ChangeRecord(
            ref=ref, **_values(text), announced_at=now, updated_at=now, series=series,
            despite=despite, outcome="", is_cancelled=False, version=1,
        )
    )  # fmt: skip
    session.flush()
    words = f"Announced: {say_moment(text.starts_at)} to {say_moment(text.ends_at)}."
    if despite:
        words += f" It stands despite what it overlaps: {despite.strip()}"
    keep(session, kind=KIND, ref=ref, words=words, by=by, now=now)


def check_change(session: Session, text: ChangeText) -> None:
    """Go on only with a change that can be.

    Raises:
        PlanError: it cannot.
    """
    check_words(title=text.title, impact=text.impact, summary=text.summary)
    if text.kind not in KINDS:
        raise PlanError("It is a change or a freeze.", "kind")
    if text.ends_at <= text.starts_at:
        raise PlanError("It would end before it begins.", "ends_at")
    slugs = set(session.scalars(select(Component.slug).where(Component.is_current)))
    strangers = sorted(set(text.effects) - slugs)
    if strangers:
        raise PlanError(f"{', '.join(strangers)} is not on the status page.", "effects")
    if not set(text.effects.values()) <= set(Effect):
        raise PlanError("An effect is none, slow or down.", "effects")


def _check_begun(row: ChangeRecord, text: ChangeText, now: datetime) -> None:
    """What has begun keeps its beginning; what is over stays as it was."""
    if row.is_cancelled or row.ends_at <= now:
        raise PlanError(f"{row.title} is over. Record its outcome instead.")
    if row.starts_at <= now and text.starts_at != row.starts_at:
        raise PlanError(
            f"It began on {say_moment(row.starts_at)}. Move its end or cancel it.", "starts_at"
        )
    if text.ends_at < now:
        raise PlanError("It cannot have ended before now.", "ends_at")


def _values(text: ChangeText) -> dict[str, object]:
    effects = {} if text.kind == "freeze" else dict(text.effects)
    return {
        "title": text.title, "kind": text.kind, "starts_at": text.starts_at,
        "ends_at": text.ends_at, "components": " ".join(sorted(effects)), "effects": effects,
        "has_impact": any(effect != Effect.NONE for effect in effects.values()),
        "impact": text.impact, "summary": text.summary,
    }  # fmt: skip


def _touch(session: Session, row: ChangeRecord, words: str, *, by: Actor, now: datetime) -> None:
    row.version += 1
    row.updated_at = now
    session.flush()
    keep(session, kind=KIND, ref=row.ref, words=words, by=by.reference, now=now)
