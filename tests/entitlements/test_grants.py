"""Leave for a protocol: who gives it, how long it holds, and what takes its effect away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.actions import disable
from postmaster.accounts.rules import Kind
from postmaster.accounts.tables import Account
from postmaster.entitlements.actions import end_grant, grant_protocol
from postmaster.entitlements.reads import get_submitter, list_grants, list_submitters
from postmaster.entitlements.rules import GrantError, Protocol

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
ADDRESS = "appointment.reminder@nhs.net"


@pytest.fixture
def estate(engine: Engine) -> Estate:
    return make_estate(engine, now=NOW)


def grant(estate: Estate, account_id: int, *, by: Actor = BY, to_at: datetime | None = None) -> int:
    with unit_of_work(estate.engine) as session:
        return grant_protocol(
            session,
            account_id=account_id,
            protocol=Protocol.SMTP,
            reason="Appointment reminders of the clinic",
            to_at=to_at,
            by=by,
            now=NOW,
        )


def is_granted(estate: Estate, *, at: datetime = NOW) -> bool:
    with read_only(estate.engine) as session:
        found = get_submitter(session, address=ADDRESS.upper(), now=at)
    assert found is not None
    return found.is_granted and found.is_active and not found.is_locked


def test_an_account_submits_from_its_grant_until_its_end(estate: Estate) -> None:
    account = estate.add(ADDRESS, at=NOW, kind=Kind.APPLICATION)
    assert not is_granted(estate)

    grant(estate, account, to_at=NOW + timedelta(days=30))

    assert is_granted(estate)
    assert is_granted(estate, at=NOW + timedelta(days=30, microseconds=-1))
    assert not is_granted(estate, at=NOW + timedelta(days=30))


def test_a_grant_helps_only_an_account_that_is_active_and_not_locked(estate: Estate) -> None:
    account = estate.add(ADDRESS, at=NOW, kind=Kind.APPLICATION)
    grant(estate, account)
    with unit_of_work(estate.engine) as session:
        session.execute(update(Account).values(locked_until=NOW + timedelta(minutes=5)))
    assert not is_granted(estate)
    assert is_granted(estate, at=NOW + timedelta(minutes=5))

    with unit_of_work(estate.engine) as session:
        disable(session, account_id=account, reason_code="inquiry", by=BY, now=NOW)

    assert not is_granted(estate, at=NOW + timedelta(minutes=5))
    with read_only(estate.engine) as session:
        (listed,) = list_submitters(session, now=NOW)
    assert (listed.address_key, listed.is_active) == (ADDRESS, False)


def test_a_grant_is_ended_once_and_remembered(estate: Estate) -> None:
    account = estate.add(ADDRESS, at=NOW, kind=Kind.APPLICATION)
    given = grant(estate, account)
    later = NOW + timedelta(days=1)

    with unit_of_work(estate.engine) as session:
        end_grant(session, grant_id=given, by=BY, now=later)
    with pytest.raises(GrantError, match="over already"), unit_of_work(estate.engine) as session:
        end_grant(session, grant_id=given, by=BY, now=later)

    assert not is_granted(estate, at=later)
    with read_only(estate.engine) as session:
        (held,) = list_grants(session, reader=BY, account_id=account)
    assert (held.to_at, held.granted_by) == (later, BY.reference)


@pytest.mark.parametrize("kind", [Kind.SHARED, Kind.RESOURCE])
def test_what_never_signs_in_is_granted_nothing(estate: Estate, kind: Kind) -> None:
    account = estate.add("rx2.reception@nhs.net", at=NOW, kind=kind)

    with pytest.raises(GrantError, match="Nobody signs in"):
        grant(estate, account)


def test_the_same_leave_is_not_given_twice_and_ends_after_it_begins(estate: Estate) -> None:
    account = estate.add(ADDRESS, at=NOW, kind=Kind.APPLICATION)
    with pytest.raises(GrantError, match="must be after"):
        grant(estate, account, to_at=NOW)
    grant(estate, account)

    with pytest.raises(GrantError, match="already"):
        grant(estate, account)


def test_an_administrator_grants_in_their_own_organisations_only(estate: Estate) -> None:
    account = estate.add(ADDRESS, at=NOW, kind=Kind.APPLICATION, organisation="RX2")

    def person(scope: str) -> Actor:
        return Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, scope),))

    with pytest.raises(RefusedError):
        grant(estate, account, by=person("RX1"))

    assert grant(estate, account, by=person("RX2")) > 0
