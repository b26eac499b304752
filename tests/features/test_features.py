"""Features switch by the moment something happened, never by now. Both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from lamppost.database import read_only, unit_of_work
from postmaster.audit.tables import AuditEntry
from postmaster.features.actions import WrongGoLiveError, set_features
from postmaster.features.reads import list_features, was_live
from postmaster.features.rules import FEATURE_WORDS, Feature

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
LIVE = datetime(2018, 4, 4, 18, 0, tzinfo=UTC)
BY = "system:test"
RESET = Feature.SSPR_UNLOCKS


def switch(
    engine: Engine,
    features: set[Feature],
    live_from: datetime | None = LIVE,
    live_until: datetime | None = None,
) -> bool:
    with unit_of_work(engine) as session:
        return set_features(
            session, source="2018-04", features=features, live_from=live_from,
            live_until=live_until, by=BY, now=NOW,
        )  # fmt: skip


def test_a_reset_before_the_go_live_does_not_unlock_when_it_is_replayed(engine: Engine) -> None:
    switch(engine, {RESET})

    with read_only(engine) as session:
        assert not was_live(session, feature=RESET, at=LIVE - timedelta(microseconds=1))
        assert was_live(session, feature=RESET, at=LIVE)
        assert not was_live(session, feature=Feature.SHARED_SENT_ITEMS, at=LIVE)


def test_a_planned_release_switches_nothing(engine: Engine) -> None:
    assert not switch(engine, {RESET}, live_from=None)

    with read_only(engine) as session:
        assert list_features(session) == ()


def test_one_rolled_back_was_live_while_it_was(engine: Engine) -> None:
    switch(engine, {RESET}, live_until=LIVE + timedelta(hours=2))

    with read_only(engine) as session:
        assert was_live(session, feature=RESET, at=LIVE + timedelta(hours=1))
        assert not was_live(session, feature=RESET, at=LIVE + timedelta(hours=2))


def test_a_feature_taken_out_of_a_release_is_no_longer_switched(engine: Engine) -> None:
    switch(engine, {RESET, Feature.SHARED_SENT_ITEMS})
    switch(engine, {Feature.SHARED_SENT_ITEMS})

    with read_only(engine) as session:
        assert [one.feature for one in list_features(session)] == [Feature.SHARED_SENT_ITEMS]


def test_the_same_again_is_nothing_and_leaves_no_entry(engine: Engine) -> None:
    assert switch(engine, {RESET})
    assert not switch(engine, {RESET})

    with read_only(engine) as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_nothing_is_rolled_back_before_it_went_live(sqlite_engine: Engine) -> None:
    with pytest.raises(WrongGoLiveError):
        switch(sqlite_engine, {RESET}, live_until=LIVE - timedelta(seconds=1))


def test_every_feature_is_explained() -> None:
    assert set(FEATURE_WORDS) == set(Feature)
