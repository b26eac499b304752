"""Plan, run, pause and end a migration; a test or an open mail incident stops it, not a warning."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import Changes, record
from postmaster.blackouts.reads import list_holding, list_periods
from postmaster.days import london_day, start_of
from postmaster.onboarding.rules import (
    MAY_DROP,
    MAY_END,
    MAY_PAUSE,
    MAY_RUN,
    MOST_MAILBOXES,
    HeldError,
    MigrationError,
    Route,
    State,
    list_warnings,
)
from postmaster.onboarding.tables import MigrationBatch
from postmaster.organisations.tables import Organisation


@acts(Action.WINDOWS_ANSWER)
def plan_migration(
    session: Session,
    *,
    organisation: str,
    route: Route,
    run_on: date,
    mailboxes: int,
    by: Actor,
    now: datetime,
) -> list[str]:
    """Plan to move mailboxes in on a day; gives what would hold it back, which planning does not.

    Raises:
        RefusedError: the organisation is not one's own.
        MigrationError: the day is past, or the number cannot be.
    """
    _ensure(session, organisation, by)
    found = session.get(Organisation, organisation)
    if found is None:
        raise MigrationError("There is no such organisation.", "organisation")
    if run_on < london_day(now):
        raise MigrationError("That day is past.", "run_on")
    if not 0 < mailboxes <= MOST_MAILBOXES:
        raise MigrationError(f"Enter 1 to {MOST_MAILBOXES:,} mailboxes.", "mailboxes")
    warnings = list_warnings(list(list_periods(session, since=start_of(run_on))), run_on=run_on)
    row = MigrationBatch(
        organisation=organisation, route=route.value, run_on=run_on, mailboxes=mailboxes,
        state=State.PLANNED.value, warned="\n".join(warnings), override="", planned_at=now,
        planned_by=by.reference,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _keep(session, row, {"state": (None, row.state)}, by=by, now=now)
    return warnings


@acts(Action.WINDOWS_ANSWER)
def run_migration(
    session: Session, *, migration_id: int, override: str = "", by: Actor, now: datetime
) -> None:
    """Begin it, or go on with it; refused while anything holds batches, unless with a reason.

    Raises:
        HeldError: something holds it back and nobody said why it runs all the same.
        MigrationError: it cannot be run from where it stands.
    """
    row = _step(session, migration_id, MAY_RUN, "run", by)
    holding = list_holding(session, at=now)
    if holding and not override.strip():
        raise HeldError(f"{holding[0].reason} Wait until it is over, or say why it cannot wait.")
    row.override = override.strip() if holding else ""
    row.started_at = row.started_at or now
    _move(session, row, State.RUNNING, by=by, now=now)


@acts(Action.WINDOWS_ANSWER)
def pause_migration(session: Session, *, migration_id: int, by: Actor, now: datetime) -> None:
    """Pause it.

    Raises:
        MigrationError: it does not run.
    """
    row = _step(session, migration_id, MAY_PAUSE, "paused", by)
    _move(session, row, State.PAUSED, by=by, now=now)


@acts(Action.WINDOWS_ANSWER)
def end_migration(session: Session, *, migration_id: int, by: Actor, now: datetime) -> None:
    """Say that its mailboxes are moved.

    Raises:
        MigrationError: it does not run.
    """
    row = _step(session, migration_id, MAY_END, "ended", by)
    row.ended_at = now
    _move(session, row, State.DONE, by=by, now=now)


@acts(Action.WINDOWS_ANSWER)
def drop_migration(session: Session, *, migration_id: int, by: Actor, now: datetime) -> None:
    """Drop it.

    Raises:
        MigrationError: it runs or has ended.
    """
    row = _step(session, migration_id, MAY_DROP, "dropped", by)
    row.ended_at = now
    _move(session, row, State.DROPPED, by=by, now=now)


def _step(
    session: Session, migration_id: int, may_from: frozenset[State], words: str, by: Actor
) -> MigrationBatch:
    row = session.get(MigrationBatch, migration_id, with_for_update=True)
    if row is None:
        raise MigrationError("There is no such migration.")
    _ensure(session, row.organisation, by)
    if row.state not in may_from:
        raise MigrationError(f"It is {row.state} and cannot be {words}.")
    return row


def _move(session: Session, row: MigrationBatch, state: State, *, by: Actor, now: datetime) -> None:
    changes: Changes = {
        "state": (row.state, state.value),
        "override": (None, row.override or None),
    }
    row.state = state.value
    session.flush()
    _keep(session, row, changes, by=by, now=now)


def _ensure(session: Session, organisation: str, by: Actor) -> None:
    above = get_above(session, organisation=organisation)
    ensure(by, Action.WINDOWS_ANSWER, Target("organisation", organisation, organisation, above))


def _keep(
    session: Session, row: MigrationBatch, changes: Changes, *, by: Actor, now: datetime
) -> None:
    record(
        session, action="migrations.step", kind="migration", key=str(row.migration_id),
        organisation=row.organisation, changes=changes, by=by.reference, now=now,
    )  # fmt: skip
