"""The sample's lists: every kind and state, something that waits, leave and features."""

from datetime import UTC, datetime

from sqlalchemy import Engine, select

from estate import make_estate
from lamppost.database import read_only, unit_of_work
from lamppost.sample.accounts import add_accounts
from lamppost.sample.lists import add_lists
from lists import local
from postmaster.entitlements.feature_rules import FeatureState
from postmaster.entitlements.reads import list_submitters
from postmaster.entitlements.tables import OrganisationFeature, ProtocolGrant
from postmaster.groups.rules import ListKind, ListStatus
from postmaster.groups.tables import DistributionList
from postmaster.groups.waiting import list_tasks

NOW = datetime(2026, 11, 23, 21, tzinfo=UTC)


def test_the_lists_are_of_every_kind_and_state_and_some_wait(sqlite_engine: Engine) -> None:
    make_estate(sqlite_engine, now=NOW)
    with unit_of_work(sqlite_engine) as session:
        add_accounts(session, now=NOW)
        assert add_lists(session, now=NOW) == 9
        assert add_lists(session, now=NOW) == 0
    with read_only(sqlite_engine) as session:
        rows = session.execute(select(DistributionList.kind, DistributionList.status)).all()
        states = set(session.scalars(select(OrganisationFeature.state)))
        (task,) = list_tasks(session, reader=local("RX1"), now=NOW)
        grants = session.scalars(select(ProtocolGrant.list_id)).all()
        submitters = list_submitters(session, now=NOW)
    assert {kind for kind, _ in rows} == set(ListKind)
    assert {status for _, status in rows} == set(ListStatus)
    assert states == set(FeatureState) - {FeatureState.ENDED}
    assert task.count == 3
    assert {number is None for number in grants} == {True, False}
    assert len(submitters) == 6
