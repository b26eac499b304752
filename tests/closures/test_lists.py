"""What becomes of the lists and features of an organisation that closes."""

from datetime import date

import pytest
from sqlalchemy import select, update

from estate import BY
from lamppost.database import read_only, unit_of_work
from list_fixtures import lists, lists_file
from lists import NOW, TENANT, Lists, local, person
from postmaster.access.acting import RefusedError
from postmaster.access.roles import Role
from postmaster.accounts.tables import Account
from postmaster.closures.belongings import list_belongings
from postmaster.closures.lists import (
    ListOutcome,
    list_lists_here,
    settle_lists,
    settle_own_features,
)
from postmaster.closures.merging import RolesThen, merge
from postmaster.closures.report import list_closed
from postmaster.closures.rules import ClosureError
from postmaster.entitlements.actions import grant_list_protocol
from postmaster.entitlements.feature_rules import OrgFeature
from postmaster.entitlements.features import ask_feature, decide_feature, get_states
from postmaster.entitlements.reads import list_submitters
from postmaster.entitlements.rules import Protocol
from postmaster.groups.rules import ListStatus
from postmaster.organisations.actions import close_organisation
from postmaster.organisations.succeeding import Merger
from postmaster.organisations.tables import Organisation

__all__ = ["lists", "lists_file"]
CLOSED_ON = date(2018, 9, 1)


def settle(lists: Lists, outcome: ListOutcome, number: int, target: str = "") -> None:
    with unit_of_work(lists.engine) as session:
        settle_lists(
            session, organisation="A81001", outcome=outcome, list_ids=(number,), target=target,
            by=local("A81001"), now=NOW,
        )  # fmt: skip


def close(lists: Lists, successor: str = "A81002") -> None:
    with unit_of_work(lists.engine) as session:
        close_organisation(
            session, ods_code="A81001", successors=[successor], closed_on=CLOSED_ON, by=BY, now=NOW
        )


def have_feature(lists: Lists, feature: OrgFeature) -> None:
    with unit_of_work(lists.engine) as session:
        number = ask_feature(
            session, organisation="A81001", feature=feature, evidence="x", by=BY, now=NOW
        )
        decide_feature(session, feature_id=number, is_granted=True, why="", by=BY, now=NOW)


def test_each_list_goes_to_who_took_over_or_with_its_owner_or_is_given_up(lists: Lists) -> None:
    lists.add("ann@nhs.net", "A81001")
    numbers = [
        lists.make(name, organisation="A81001", owner="ann@nhs.net") for name in ("a", "b", "c")
    ]
    asked = lists.make(
        "d", organisation="A81001", owner="ann@nhs.net",
        by=person(Role.LOCAL_HELPDESK, "A81001"),
    )  # fmt: skip
    with pytest.raises(ClosureError, match="open"):
        settle(lists, ListOutcome.DELETE, numbers[0])
    have_feature(lists, OrgFeature.IM_P)
    close(lists)
    with read_only(lists.engine) as session:
        codes = select(Organisation.ods_code).where(Organisation.ods_code == "A81001")
        found = list_belongings(session, codes=codes, now=NOW)
        assert [(one.one, count) for one, count in found] == [("list", 4), ("feature", 1)]
        row = next(one for one in list_closed(session, reader=BY, today=CLOSED_ON)
                   if one.ods_code == "A81001")  # fmt: skip
        assert row.parts == ["1 person", "4 lists", "1 feature"]
        here = list_lists_here(session, reader=local("A81001"), ods_code="A81001")
        assert (len(here), here[0].kept_by) == (4, None)
        assert list_lists_here(session, reader=local("RX2"), ods_code="A81001") == []

    with pytest.raises(ClosureError, match="not of one open organisation"):
        settle(lists, ListOutcome.KEEP, numbers[0])
    with pytest.raises(ClosureError, match="none you may send"):
        settle(lists, ListOutcome.TRANSFER, numbers[0], "RX2")
    settle(lists, ListOutcome.TRANSFER, numbers[0], "a81002")
    settle(lists, ListOutcome.DELETE, numbers[1])
    with unit_of_work(lists.engine) as session:
        is_ann = Account.account_id == lists.accounts["ann@nhs.net"]
        session.execute(update(Account).where(is_ann).values(organisation="A81003"))
    settle(lists, ListOutcome.KEEP, numbers[2])
    settle(lists, ListOutcome.DELETE, asked)
    with unit_of_work(lists.engine) as session, pytest.raises(RefusedError):
        settle_lists(
            session, organisation="A81001", outcome=ListOutcome.DELETE, by=local("RX2"), now=NOW
        )

    rows = [lists.page(number).row for number in (*numbers, asked)]
    assert [(row.organisation, row.status) for row in rows] == [
        ("A81002", ListStatus.ACTIVE),
        ("A81001", ListStatus.DISABLED),
        ("A81003", ListStatus.ACTIVE),
        ("A81001", ListStatus.REJECTED),
    ]
    assert rows[0].address == "a81001.a@nhs.net"
    with unit_of_work(lists.engine) as session:
        settle_own_features(
            session, organisation="A81001", target="A81002", by=local("A81001"), now=NOW
        )
        assert get_states(session, "A81002") == {OrgFeature.IM_P: "active"}


def test_a_merger_takes_lists_features_and_leave_by_list_along(lists: Lists) -> None:
    lists.add("ann@nhs.net", "A81001")
    number = lists.make("ward", organisation="A81001", owner="ann@nhs.net", members="ann@nhs.net")
    with unit_of_work(lists.engine) as session:
        grant_list_protocol(
            session, list_id=number, protocol=Protocol.SMTP, reason="x", by=local("A81001"),
            now=NOW,
        )  # fmt: skip
    have_feature(lists, OrgFeature.AV_CONF)
    with unit_of_work(lists.engine) as session:
        merge(
            session, merger=Merger(["A81001"], "A81002", CLOSED_ON), moves_accounts=True,
            roles=RolesThen.LATER, by=TENANT, now=NOW,
        )  # fmt: skip
        assert get_states(session, "A81002") == {OrgFeature.AV_CONF: "requested"}
        # The worker has not moved the account yet: what it may use does not wait for that.
        assert [one.address_key for one in list_submitters(session, now=NOW)] == ["ann@nhs.net"]

    page = lists.page(number)
    assert (page.row.organisation, page.owners[0].address) == ("A81002", "ann@nhs.net")
