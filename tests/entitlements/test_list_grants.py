"""Protocols by list: who gets them, when, why; and what takes them away."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from estate import BY
from lamppost.database import read_only, unit_of_work
from lists import LIVE_FROM, MADE, NOW, TENANT, Lists, local, make_lists
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor
from postmaster.accounts.actions import disable, enable, join, mark_leaver
from postmaster.accounts.rules import Kind
from postmaster.accounts.tables import Account
from postmaster.entitlements.actions import end_grant, grant_list_protocol, grant_protocol
from postmaster.entitlements.explaining import Access, explain_access
from postmaster.entitlements.reads import get_grant, get_submitter, list_submitters
from postmaster.entitlements.rules import GrantError, Protocol
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature
from postmaster.groups.conditions import Condition
from postmaster.groups.keeping import disable_list, enable_list

LATER = NOW + timedelta(days=10)


def grant(
    lists: Lists, number: int, *, by: Actor = BY, now: datetime = NOW, to: Protocol = Protocol.SMTP
) -> int:
    with unit_of_work(lists.engine) as session:
        return grant_list_protocol(
            session, list_id=number, protocol=to, reason="The ward's devices", by=by, now=now
        )


def may_use(lists: Lists, address: str = "ann@nhs.net", at: datetime = NOW) -> bool:
    """Asked in both ways; they must say the same."""
    with read_only(lists.engine) as session:
        found = get_submitter(session, address=address, now=at)
        listed = {one.address_key: one for one in list_submitters(session, now=at)}
    assert found is not None
    assert found.is_granted == (address in listed)
    return found.is_granted and found.is_active and not found.is_locked


def why(lists: Lists, at: datetime = NOW, address: str = "ann@nhs.net") -> Access:
    with read_only(lists.engine) as session:
        found = explain_access(
            session, reader=BY, account_id=lists.accounts[address], at=at, now=LATER
        )
    assert found is not None
    return found


def test_a_member_of_a_granted_list_submits_while_both_hold(engine: Engine) -> None:
    lists = make_lists(engine)
    ann = lists.add("ann@nhs.net")
    inner = lists.make("inner", members="ann@nhs.net out@example.org")
    outer = lists.make("outer", members="larkmoor.inner@nhs.net")
    assert not may_use(lists)

    given = grant(lists, outer, by=local("RX1"))

    assert may_use(lists)
    assert not may_use(lists, "owner@nhs.net")
    with read_only(engine) as session:
        assert [one.address_key for one in list_submitters(session, now=NOW)] == ["ann@nhs.net"]
    (source,) = why(lists, at=NOW).sources
    assert source.words == (
        "SMTP because member of list larkmoor.outer@nhs.net by way of larkmoor.inner@nhs.net "
        "since 3 September 2018"
    )
    member = lists.page(inner).members[0]
    lists.change(inner, end=(member.member_id,), now=LATER)
    assert (may_use(lists, at=LATER), may_use(lists, at=NOW)) == (False, True)
    assert [len(why(lists, at=one).sources) for one in (NOW, LATER)] == [1, 0]
    lists.change(inner, add=("ann@nhs.net",), now=LATER)
    with unit_of_work(engine) as session:
        session.execute(
            update(Account)
            .where(Account.account_id == ann)
            .values(locked_until=LATER + timedelta(minutes=5))
        )
    assert not may_use(lists, at=LATER)
    assert why(lists, at=LATER).obstacle == "It is locked"
    assert may_use(lists, at=LATER + timedelta(minutes=5))
    with unit_of_work(engine) as session:
        end_grant(session, grant_id=given, why="Retired", by=local("RX1"), now=LATER)
    assert not may_use(lists, at=LATER + timedelta(hours=1))


def disabling(lists: Lists, number: int) -> None:
    with unit_of_work(lists.engine) as session:
        disable_list(session, list_id=number, why="Misused", by=BY, now=NOW)


def disabling_the_account(lists: Lists, _number: int) -> None:
    with unit_of_work(lists.engine) as session:
        account = lists.accounts["ann@nhs.net"]
        disable(session, account_id=account, reason_code="inquiry", by=BY, now=NOW)


def joining_another(lists: Lists, _number: int) -> None:
    with unit_of_work(lists.engine) as session:
        account = lists.accounts["ann@nhs.net"]
        mark_leaver(session, account_id=account, by=BY, now=NOW)
        join(session, account_id=account, organisation="RX2", by=BY, now=NOW)


def rolling_the_release_back(lists: Lists, _number: int) -> None:
    with unit_of_work(lists.engine) as session:
        set_features(
            session, source="2018-04", features=[Feature.SDL_PROTOCOL_GRANT], live_from=LIVE_FROM,
            live_until=NOW, by="test", now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    "event", [disabling, disabling_the_account, joining_another, rolling_the_release_back]
)
def test_what_takes_leave_by_list_away(lists: Lists, event: Callable[[Lists, int], None]) -> None:
    lists.add("ann@nhs.net")
    number = lists.make("ward", members="ann@nhs.net", now=MADE + timedelta(days=1))
    grant(lists, number, by=local("RX1"), now=NOW - timedelta(days=1))
    assert may_use(lists)

    event(lists, number)

    assert not may_use(lists, at=LATER)
    # As of a day before it is what it was.
    before = why(lists, at=NOW - timedelta(hours=1))
    assert (len(before.sources), before.obstacle) == (1, None)


def test_what_comes_back_brings_its_leave_back(lists: Lists) -> None:
    lists.add("ann@nhs.net")
    number = lists.make("ward", members="ann@nhs.net")
    grant(lists, number)
    disabling(lists, number)
    disabling_the_account(lists, number)
    with unit_of_work(lists.engine) as session:
        enable_list(session, list_id=number, why="Mended", by=BY, now=LATER)
        enable(session, account_id=lists.accounts["ann@nhs.net"], by=BY, now=LATER)

    assert may_use(lists, at=LATER)
    assert why(lists, at=LATER).sources[0].since == NOW


def test_members_of_another_organisation_get_it_from_a_tenant_administrator_alone(
    lists: Lists,
) -> None:
    lists.add("ann@nhs.net", "RX2")
    lists.add("below@nhs.net", "RX101")
    number = lists.make("ward", members="ann@nhs.net below@nhs.net")
    given = grant(lists, number, by=local("RX1"))
    assert (may_use(lists), may_use(lists, "below@nhs.net")) == (False, True)
    with unit_of_work(lists.engine) as session:
        end_grant(session, grant_id=given, by=local("RX1"), now=NOW)
    grant(lists, number, by=TENANT)

    assert may_use(lists)
    assert len(why(lists).sources) == 1


def test_a_list_is_granted_what_it_can_hold_once_the_release_is_live(lists: Lists) -> None:
    dynamic = lists.make("dyn", condition=Condition(("RX1",)))
    static = lists.make("ward")
    for number, at, words in (
        (dynamic, NOW, "dynamic list gives no protocols"),
        (static, LIVE_FROM - timedelta(seconds=1), "release that is not live"),
        (99, NOW, "no such list"),
    ):
        with pytest.raises(GrantError, match=words):
            grant(lists, number, now=at)
    with pytest.raises(RefusedError):
        grant(lists, static, by=local("RX2"))
    given = grant(lists, static)
    with pytest.raises(GrantError, match="already"):
        grant(lists, static)
    disabling(lists, static)
    with pytest.raises(GrantError, match="disabled"):
        grant(lists, static, to=Protocol.POP)
    with read_only(lists.engine) as session:
        assert get_grant(session, reader=local("RX2"), grant_id=given) is None
        found = get_grant(session, reader=local("RX1"), grant_id=given)
    assert found is not None
    assert (found.address, found.list_id) == ("larkmoor.ward@nhs.net", static)


def test_an_accounts_own_leave_and_a_lists_are_both_told(lists: Lists) -> None:
    ann = lists.add("ann@nhs.net", kind=Kind.APPLICATION)
    number = lists.make("ward", members="ann@nhs.net")
    grant(lists, number, to=Protocol.IMAP)
    with unit_of_work(lists.engine) as session:
        grant_protocol(
            session, account_id=ann, protocol=Protocol.SMTP, reason="Reminders", by=BY, now=NOW
        )

    assert [one.words.split(" because ")[0] for one in why(lists).sources] == ["IMAP", "SMTP"]
    assert (
        why(lists).sources[1].words == "SMTP because it has leave of its own since 3 September 2018"
    )
