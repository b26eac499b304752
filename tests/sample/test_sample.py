"""The sample puts something on every page, once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from lamppost.bulletins.reads import list_bulletins, list_problems
from lamppost.clock import FixedClock
from lamppost.database import make_engine, read_only
from lamppost.migrations import upgrade
from lamppost.sample.load import load_sample_once
from lamppost.settings import Settings, load_settings
from lamppost.status.reads import (
    get_next_window,
    get_service_status,
    list_changes,
    list_hssis,
    list_recent_hssis,
    list_releases,
)
from lamppost.status.report import State
from lamppost.status.tables import Reading

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Settings]]:
    folder: Path = tmp_path_factory.mktemp("sample")
    settings = load_settings({"LAMPPOST_DATA": str(folder)})
    engine = make_engine(settings.storage_url())
    upgrade(engine)
    assert load_sample_once(engine, settings, FixedClock(NOW))
    yield engine, settings
    engine.dispose()


def test_everything_works_now_and_ninety_days_are_shown(loaded: tuple[Engine, Settings]) -> None:
    with read_only(loaded[0]) as session:
        status = get_service_status(session, now=NOW)

    assert {component.state for component in status.components} == {State.OPERATIONAL}
    assert len(status.components) == 7
    assert all(len(component.days) == 90 for component in status.components)
    bad = [day for c in status.components for day in c.days if day.state is not State.OPERATIONAL]
    assert len(bad) >= 3


def test_every_kind_of_notice_is_there(loaded: tuple[Engine, Settings]) -> None:
    with read_only(loaded[0]) as session:
        window = get_next_window(session, now=NOW)

        assert len(list_hssis(session)) >= 5
        assert len(list_recent_hssis(session, now=NOW)) == 3
        assert window is not None
        assert window.starts_on > NOW.date()
        assert any(change.starts_at > NOW for change in list_changes(session, now=NOW))
        assert any(release.planned_on > NOW.date() for release in list_releases(session))


def test_a_second_load_changes_nothing(loaded: tuple[Engine, Settings]) -> None:
    engine, settings = loaded
    count = select(func.count()).select_from(Reading)
    with read_only(engine) as session:
        before = session.scalar(count)

    assert not load_sample_once(engine, settings, FixedClock(NOW))

    with read_only(engine) as session:
        assert session.scalar(count) == before


def test_the_sample_bulletins_have_no_mistake(loaded: tuple[Engine, Settings]) -> None:
    with read_only(loaded[0]) as session:
        assert list_problems(session) == ()
        assert len(list_bulletins(session, page=1).items) == 10
