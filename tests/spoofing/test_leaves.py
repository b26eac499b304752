"""Exceptions: one pair, on evidence, decided by somebody else, over by themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from estate import make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor
from postmaster.outbox.tables import OutboxMessage
from postmaster.spoofing.leaves import LeaveAsk, ask_leave, decide_leave, end_leave, lapse_leaves
from postmaster.spoofing.policy_reads import get_spoof_policy
from postmaster.spoofing.relays import end_relay, register_relay
from postmaster.spoofing.steps import SpoofError
from postmaster.spoofing.tables import SpoofLeave
from postmaster.spoofing.values import SpoofException
from spoof_rows import NATIONAL, SECOND, administrator

NOW = datetime(2018, 7, 9, 9, 0, tzinfo=UTC)
TODAY = date(2018, 7, 9)
LA = administrator("RX1")
ASK = LeaveAsk(
    organisation="RX1",
    claimed="Clinic@NHS.net",
    infrastructure="ptr:Mailer.example",
    from_on=TODAY,
    to_on=TODAY + timedelta(days=30),
    evidence="Assessed by the clinical safety officer: forty patients a week would miss a test.",
    owner="safety@nhs.net",
)


@pytest.fixture
def board(sqlite_engine: Engine) -> Engine:
    make_estate(sqlite_engine, now=NOW)
    return sqlite_engine


def ask(engine: Engine, given: LeaveAsk = ASK, *, by: Actor = LA) -> tuple[int, str]:
    with unit_of_work(engine) as session:
        number = ask_leave(session, ask=given, by=by, now=NOW)
        return number, session.get_one(SpoofLeave, number).digest


def decide(engine: Engine, number: int, digest: str, *, by: Actor = NATIONAL) -> None:
    with unit_of_work(engine) as session:
        decide_leave(session, leave_id=number, digest=digest, is_granted=True, by=by, now=NOW)


def in_policy(engine: Engine, at: datetime = NOW) -> tuple[SpoofException, ...]:
    with read_only(engine) as session:
        found = get_spoof_policy(session, authserv_id="mx", now=at).exceptions
    return tuple(one for one in found if one.from_at <= at < one.to_at)


def test_an_exception_holds_for_its_pair_once_granted_until_its_last_midnight(
    board: Engine,
) -> None:
    number, digest = ask(board)
    assert in_policy(board) == ()

    decide(board, number, digest)

    (held,) = in_policy(board)
    assert (held.claimed, held.infrastructure) == ("clinic@nhs.net", "ptr:mailer.example")
    last = datetime(2018, 8, 8, 22, 59, 59, tzinfo=UTC)
    assert in_policy(board, last) == (held,)
    assert in_policy(board, last + timedelta(seconds=1)) == ()


def test_nobody_grants_their_own_and_only_what_was_shown(board: Engine) -> None:
    number, digest = ask(board, by=NATIONAL)
    with pytest.raises(SpoofError, match="Somebody else"):
        decide(board, number, digest)
    with pytest.raises(SpoofError, match="not what you were shown"):
        decide(board, number, "0" * 64, by=SECOND)
    with pytest.raises(RefusedError):
        decide(board, number, digest, by=LA)
    decide(board, number, digest, by=SECOND)
    with pytest.raises(SpoofError, match="already"):
        decide(board, number, digest, by=SECOND)


def test_an_administrator_asks_for_their_own_organisations_only(board: Engine) -> None:
    with pytest.raises(RefusedError):
        ask(board, by=administrator("RX2"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"claimed": "nhs.net"}, "claimed"),
        ({"claimed": ""}, "claimed"),
        ({"infrastructure": "mailer.example"}, "infrastructure"),
        ({"infrastructure": "ip:"}, "infrastructure"),
        ({"infrastructure": "from:clinic@nhs.net"}, "infrastructure"),
        ({"owner": "somebody"}, "owner"),
        ({"evidence": "It is needed."}, "evidence"),
        ({"to_on": TODAY - timedelta(days=1)}, "to_on"),
        ({"to_on": TODAY + timedelta(days=90)}, "to_on"),
    ],
)
def test_what_is_too_wide_too_long_or_without_evidence_is_refused(
    board: Engine, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(SpoofError) as caught:
        ask(board, replace(ASK, **changes))  # type: ignore[arg-type]  # by name

    assert caught.value.field == field


def test_ninety_days_is_the_longest(board: Engine) -> None:
    number, _ = ask(board, replace(ASK, to_on=TODAY + timedelta(days=89)))

    assert number > 0


def test_its_own_administrator_ends_it_at_once(board: Engine) -> None:
    number, digest = ask(board)
    decide(board, number, digest)
    with unit_of_work(board) as session:
        end_leave(session, leave_id=number, why="The supplier has changed", by=LA, now=NOW)

    assert in_policy(board) == ()
    with pytest.raises(SpoofError, match="over already"), unit_of_work(board) as session:
        end_leave(session, leave_id=number, why="Again", by=LA, now=NOW)


def test_its_owner_is_reminded_once_and_it_lapses_by_itself(board: Engine) -> None:
    number, digest = ask(board)
    decide(board, number, digest)
    lapsed = []
    for days in (15, 16, 17, 30, 31):
        with unit_of_work(board) as session:
            lapsed.append(lapse_leaves(session, by=NATIONAL, now=NOW + timedelta(days=days)))

    assert lapsed == [0, 0, 0, 0, 1]
    with read_only(board) as session:
        assert session.get_one(SpoofLeave, number).state == "lapsed"
        (owed,) = session.scalars(select(OutboxMessage))
        assert (owed.recipient, "8 August 2018" in (owed.body or "")) == ("safety@nhs.net", True)


@pytest.mark.parametrize(
    ("domain", "network", "field"),
    [
        ("trust.nhs.uk", "10.0.0.0/8", "network"),
        ("trust.nhs.uk", "here", "network"),
        ("trust", "192.0.2.0/28", "domain"),
    ],
)
def test_a_relay_is_no_wider_than_one_can_be(
    board: Engine, domain: str, network: str, field: str
) -> None:
    with pytest.raises(SpoofError) as caught, unit_of_work(board) as session:
        register_relay(
            session, domain=domain, network=network, organisation="RX1", by=NATIONAL, now=NOW
        )
    assert caught.value.field == field


def test_a_relay_counts_until_it_is_ended(board: Engine) -> None:
    with unit_of_work(board) as session:
        number = register_relay(
            session, domain="Trust.nhs.uk.", network="192.0.2.0/28", organisation="RX1",
            by=NATIONAL, now=NOW,
        )  # fmt: skip
    with read_only(board) as session:
        before = get_spoof_policy(session, authserv_id="mx", now=NOW).relay_sources
    with unit_of_work(board) as session:
        end_relay(session, relay_id=number, by=NATIONAL, now=NOW)
    with read_only(board) as session:
        after = get_spoof_policy(session, authserv_id="mx", now=NOW).relay_sources

    assert [(one.domain, one.network) for one in before] == [("trust.nhs.uk", "192.0.2.0/28")]
    assert after == ()
