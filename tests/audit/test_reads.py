"""Who reads what of the audit, and who is told that sealing has stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from audit_rows import record_some, seal
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant, operator
from postmaster.access.roles import Role
from postmaster.access.tables import ScopeLink
from postmaster.inspection.actions import erase_detail
from postmaster.inspection.reads import list_actions, list_entries, list_naming, list_tasks

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)


def somebody(role: Role, scope: str | None = None) -> Actor:
    return Actor(ActorKind.PERSON, "somebody", (Grant(role, scope),))


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """RX1 over RX101, two entries each; two of RX2; two of the service."""
    with unit_of_work(engine) as session:
        for above, below in (("RX1", "RX1"), ("RX1", "RX101"), ("RX2", "RX2")):
            session.add(ScopeLink(above=above, below=below))
    for organisation in ("RX1", "RX101", "RX2", None):
        record_some(engine, 2, NOW, of=organisation)
    return engine


@pytest.mark.parametrize(
    ("reader", "organisations"),
    [
        (somebody(Role.LOCAL_ADMINISTRATOR, "RX1"), {"RX1", "RX101"}),
        (somebody(Role.LOCAL_ADMINISTRATOR, "RX2"), {"RX2"}),
        (somebody(Role.AUDITOR), {"RX1", "RX101", "RX2", None}),
        (somebody(Role.READER, "RX1"), set()),
        (operator("audit show"), {"RX1", "RX101", "RX2", None}),
    ],
)
def test_a_reader_sees_the_entries_of_their_organisations(
    filled: Engine, reader: Actor, organisations: set[str | None]
) -> None:
    with read_only(filled) as session:
        listed = list_entries(session, reader=reader)
        named = list_naming(session, reader=reader, words="ANN 1")

    assert {entry.organisation for entry in listed} == organisations
    assert {entry.organisation for entry in named} == organisations
    ids = [entry.entry_id for entry in listed]
    assert ids == sorted(ids, reverse=True)


def test_the_actions_there_are_come_in_order(filled: Engine) -> None:
    with read_only(filled) as session:
        assert list_actions(session) == ["people.invite", "roles.grant"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TENANT_ADMINISTRATOR])
def test_entries_unsealed_for_long_wait_for_whoever_watches(filled: Engine, role: Role) -> None:
    late = NOW + timedelta(minutes=6)
    with read_only(filled) as session:
        tasks = list_tasks(session, reader=somebody(role), now=late)
        early = list_tasks(session, reader=somebody(role), now=NOW + timedelta(minutes=5))
        others = list_tasks(session, reader=somebody(Role.READER, "RX1"), now=late)
    seal(filled, late)
    with read_only(filled) as session:
        after = list_tasks(session, reader=somebody(role), now=late)

    assert [(task.count, task.since) for task in tasks] == [(8, NOW)]
    assert tasks[0].words.startswith("8 audit entries have waited more than 5 minutes")
    assert (list(early), list(others), list(after)) == ([], [], [])


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.NATIONAL_HELPDESK])
def test_only_a_tenant_administrator_erases(filled: Engine, role: Role) -> None:
    with unit_of_work(filled) as session, pytest.raises(RefusedError):
        erase_detail(session, entry_id=2, reason="r", by=somebody(role), now=NOW)
