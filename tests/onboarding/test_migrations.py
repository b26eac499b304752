"""A self-migration is warned of a test when it is planned and refused while the test runs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.sample.organisations import add_organisations
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.access.tables import ScopeLink
from postmaster.blackouts.actions import set_period
from postmaster.blackouts.rules import Source
from postmaster.onboarding.actions import (
    drop_migration,
    end_migration,
    pause_migration,
    plan_migration,
    run_migration,
)
from postmaster.onboarding.reads import list_migrations, list_tasks
from postmaster.onboarding.rules import HeldError, MigrationError, Route, State

NOW = datetime(2018, 9, 10, 8, 0, tzinfo=UTC)
# 21 to 30 September in London, summer time.
FIRST, AFTER = datetime(2018, 9, 20, 23, tzinfo=UTC), datetime(2018, 9, 30, 23, tzinfo=UTC)
LA = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX1"),), "RX1")
OTHER = Actor(ActorKind.PERSON, "other", (Grant(Role.LOCAL_ADMINISTRATOR, "RX2"),), "RX2")


@pytest.fixture
def stage(engine: Engine) -> Engine:
    with unit_of_work(engine) as session:
        add_organisations(session, now=NOW)
        for code in ("RX1", "RX2"):
            session.merge(ScopeLink(above=code, below=code))
        set_period(
            session, source=Source("bcdr-window", "T1"), from_at=FIRST, until_at=AFTER,
            reason="The BCDR test runs.", by="system:test", now=NOW,
        )  # fmt: skip
    return engine


def plan(engine: Engine, run_on: date, **values: Any) -> list[str]:
    given = {"organisation": "RX1", "mailboxes": 40, "by": LA, "now": NOW, **values}
    with unit_of_work(engine) as session:
        return plan_migration(session, route=Route.SELF, run_on=run_on, **given)


def run(engine: Engine, now: datetime, **values: Any) -> None:
    with unit_of_work(engine) as session:
        run_migration(session, **{"migration_id": 1, "by": LA, **values}, now=now)


def test_planning_warns_and_running_is_refused_for_the_ten_days_alone(stage: Engine) -> None:
    assert plan(stage, date(2018, 9, 20)) == []
    (warning,) = plan(stage, date(2018, 9, 30))
    assert "until 2018-09-30, that day included" in warning
    assert plan(stage, date(2018, 10, 1)) == []

    minute = timedelta(minutes=1)
    for moment in (FIRST, AFTER - minute):
        with pytest.raises(HeldError, match="say why it cannot wait"):
            run(stage, moment)
    run(stage, FIRST - minute)
    run(stage, AFTER, migration_id=2)
    with pytest.raises(MigrationError, match="is running"):
        run(stage, AFTER)


def test_a_reason_overrides_and_is_kept(stage: Engine) -> None:
    plan(stage, date(2018, 9, 25))
    run(stage, FIRST, override="The old system is switched off tomorrow")

    with read_only(stage) as session:
        (found,) = list_migrations(session, reader=LA, now=FIRST)
        assert (found.state, found.override[:14]) == (State.RUNNING, "The old system")
        assert list_tasks(session, reader=LA, now=FIRST) == []


def test_one_that_runs_when_the_test_begins_is_to_be_paused_and_goes_on_after(
    stage: Engine,
) -> None:
    plan(stage, date(2018, 9, 20))
    run(stage, FIRST - timedelta(hours=3))
    with read_only(stage) as session:
        assert [task.words for task in list_tasks(session, reader=LA, now=FIRST)] == [
            "Pause the migration of RX1"
        ]
        assert list_tasks(session, reader=OTHER, now=FIRST) == []
        assert list_tasks(session, reader=LA, now=AFTER) == []
    with unit_of_work(stage) as session:
        pause_migration(session, migration_id=1, by=LA, now=FIRST)
    with pytest.raises(HeldError):
        run(stage, FIRST)
    run(stage, AFTER)
    with unit_of_work(stage) as session:
        end_migration(session, migration_id=1, by=LA, now=AFTER)
    with pytest.raises(MigrationError, match="is done"), unit_of_work(stage) as session:
        drop_migration(session, migration_id=1, by=LA, now=AFTER)


def test_nobody_plans_or_runs_for_an_organisation_that_is_not_theirs(stage: Engine) -> None:
    plan(stage, date(2018, 9, 20))
    with pytest.raises(RefusedError):
        plan(stage, date(2018, 9, 20), by=OTHER)
    with pytest.raises(RefusedError):
        run(stage, NOW, by=OTHER)
    with read_only(stage) as session:
        assert list_migrations(session, reader=OTHER, now=NOW) == ()


@pytest.mark.parametrize(
    ("run_on", "values"),
    [
        (date(2018, 9, 9), {}),
        (date(2018, 9, 20), {"mailboxes": 0}),
        (date(2018, 9, 20), {"mailboxes": 100_001}),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    stage: Engine, run_on: date, values: dict[str, Any]
) -> None:
    with pytest.raises(MigrationError):
        plan(stage, run_on, **values)
