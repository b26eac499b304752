"""Both databases migrate up and down, and the migrations make what the tables say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.generation.actions import Area, bump_generation
from lamppost.generation.reads import get_generations
from lamppost.migrations import current_revision, downgrade, head_revision, upgrade
from lamppost.migrations.tables import metadata
from lamppost.pulse.tables import Heartbeat
from postmaster.store import NaiveDatetimeError

MOMENT = datetime(2018, 10, 28, 2, 30, tzinfo=timezone(timedelta(hours=1)))


def is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """The index of words is each database's own: a virtual table here, a GIN index there."""
    return name is None or not name.startswith("search_text")


def test_migrations_make_exactly_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=opts)

        assert compare_metadata(context, metadata) == []


def test_every_migration_goes_down_and_up_again(engine: Engine) -> None:
    downgrade(engine, "base")
    assert current_revision(engine) is None

    upgrade(engine)

    assert current_revision(engine) == head_revision()


def test_a_moment_comes_back_aware_and_in_utc(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        session.add(Heartbeat(name="w", beaten_at=MOMENT, started_at=MOMENT, holder="here"))

    with read_only(engine) as session:
        beaten_at = session.get_one(Heartbeat, "w").beaten_at

    assert beaten_at == MOMENT
    assert beaten_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(sqlite_engine: Engine) -> None:
    naive = MOMENT.replace(tzinfo=None)

    with (
        pytest.raises(Exception, match="has no time zone") as caught,
        unit_of_work(sqlite_engine) as session,
    ):
        session.add(Heartbeat(name="w", beaten_at=naive, started_at=naive, holder="here"))

    assert isinstance(caught.value.__cause__ or caught.value, NaiveDatetimeError | Exception)


def test_a_unit_of_work_that_raises_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError), unit_of_work(engine) as session:
        bump_generation(session, Area.STATUS)
        raise RuntimeError

    with read_only(engine) as session:
        assert get_generations(session) == {}


def test_a_generation_counts_every_change(engine: Engine) -> None:
    for _ in range(3):
        with unit_of_work(engine) as session:
            bump_generation(session, Area.STATUS)

    with read_only(engine) as session:
        assert get_generations(session) == {"status": 3}
