"""Questions about migrations, within the organisations of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.blackouts.reads import list_holding, list_periods
from postmaster.days import london_day, start_of
from postmaster.onboarding.rules import State, list_warnings
from postmaster.onboarding.tables import MigrationBatch
from postmaster.organisations.tables import Organisation

AHEAD = (State.PLANNED, State.RUNNING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Migration:
    """One batch, with what stands in its way now."""

    migration_id: int
    organisation: str
    name: str
    route: str
    run_on: date
    mailboxes: int
    state: State
    override: str
    warnings: tuple[str, ...]


def list_migrations(session: Session, *, reader: Actor, now: datetime) -> Sequence[Migration]:
    """Those of one's own organisations, the next first, those that ended last."""
    rows = session.execute(
        select(MigrationBatch, Organisation.name)
        .join(Organisation, Organisation.ods_code == MigrationBatch.organisation)
        .where(in_scope(reader, Action.WINDOWS_ANSWER, MigrationBatch.organisation))
        .order_by(
            MigrationBatch.ended_at.is_not(None), MigrationBatch.run_on,
            MigrationBatch.migration_id,
        )
        .limit(500)
    ).all()  # fmt: skip
    periods = list(list_periods(session, since=start_of(london_day(now))))
    return tuple(
        Migration(
            row.migration_id, row.organisation, name, row.route, row.run_on, row.mailboxes,
            State(row.state), row.override,
            tuple(list_warnings(periods, run_on=row.run_on)) if row.state in AHEAD else (),
        )
        for row, name in rows
    )  # fmt: skip


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Migrations of one's own that run while something holds them back."""
    if not may(reader, Action.WINDOWS_ANSWER).is_allowed or not list_holding(session, at=now):
        return []
    rows = session.execute(
        select(MigrationBatch.organisation, MigrationBatch.started_at)
        .where(
            MigrationBatch.state == State.RUNNING,
            MigrationBatch.override == "",
            in_scope(reader, Action.WINDOWS_ANSWER, MigrationBatch.organisation),
        )
        .order_by(MigrationBatch.organisation)
    )
    return [
        Task(1, f"Pause the migration of {organisation}", "/admin/migrations/", since)
        for organisation, since in rows
    ]
