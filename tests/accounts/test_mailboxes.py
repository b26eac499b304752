"""Who owns and uses a shared mailbox. Both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from estate import BY, Estate
from lamppost.database import read_only, unit_of_work
from postmaster.accounts.actions import mark_leaver
from postmaster.accounts.mailboxes import end_mailbox, give_mailbox
from postmaster.accounts.rules import AccountError, Kind, MemberRole
from postmaster.accounts.tables import MailboxMember

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)


@pytest.fixture
def mailbox(estate: Estate) -> int:
    for local in ("ann", "bob"):
        estate.add(f"{local}.other@nhs.net", at=MADE)
    estate.add("eve.other@nhs.net", at=MADE, organisation="RX3")
    mailbox_id = estate.add("rx2.ward@nhs.net", at=MADE, kind=Kind.SHARED)
    _give(estate, mailbox_id, "Ann.Other@nhs.net", MemberRole.OWNER)
    return mailbox_id


def _give(estate: Estate, mailbox_id: int, address: str, role: MemberRole) -> None:
    with unit_of_work(estate.engine) as session:
        give_mailbox(session, mailbox_id=mailbox_id, address=address, role=role, by=BY, now=NOW)


def _end(estate: Estate, member_id: int) -> None:
    with unit_of_work(estate.engine) as session:
        end_mailbox(session, member_id=member_id, by=BY, now=NOW)


def _list(estate: Estate) -> list[tuple[int, str, bool]]:
    with read_only(estate.engine) as session:
        rows = session.scalars(select(MailboxMember).order_by(MailboxMember.member_id))
        return [(row.member_id, row.role, row.ended_at is None) for row in rows]


def test_the_sole_owner_cannot_be_ended_without_another(estate: Estate, mailbox: int) -> None:
    ann = _list(estate)[0][0]
    with pytest.raises(AccountError, match="Nobody else owns"):
        _end(estate, ann)
    with pytest.raises(AccountError, match="Nobody else owns"):
        _give(estate, mailbox, "ann.other@nhs.net", MemberRole.MEMBER)

    _give(estate, mailbox, "bob.other@nhs.net", MemberRole.OWNER)
    _end(estate, ann)
    assert [row[1:] for row in _list(estate)] == [("owner", False), ("owner", True)]


def test_somebody_of_another_organisation_may_use_a_mailbox(estate: Estate, mailbox: int) -> None:
    _give(estate, mailbox, "eve.other@nhs.net", MemberRole.MEMBER)
    assert [row[1] for row in _list(estate)] == ["owner", "member"]
    with pytest.raises(AccountError, match="a member of the mailbox already"):
        _give(estate, mailbox, "eve.other@nhs.net", MemberRole.MEMBER)


def test_a_member_who_becomes_owner_has_one_row_in_force(estate: Estate, mailbox: int) -> None:
    _give(estate, mailbox, "bob.other@nhs.net", MemberRole.MEMBER)
    _give(estate, mailbox, "bob.other@nhs.net", MemberRole.OWNER)
    assert [row[1:] for row in _list(estate)] == [
        ("owner", True), ("member", False), ("owner", True),
    ]  # fmt: skip


def test_leaving_ends_no_shared_access(estate: Estate, mailbox: int) -> None:
    bob = estate.add("bob.third@nhs.net", at=MADE)
    _give(estate, mailbox, "bob.third@nhs.net", MemberRole.MEMBER)
    with unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=bob, by=BY, now=NOW)
    assert [row[2] for row in _list(estate)] == [True, True]


def test_only_people_own_mailboxes_and_only_shared_ones(estate: Estate, mailbox: int) -> None:
    estate.add("rx2.room@nhs.net", at=MADE, kind=Kind.RESOURCE)
    with pytest.raises(AccountError, match="No person's account"):
        _give(estate, mailbox, "rx2.room@nhs.net", MemberRole.OWNER)
    person = estate.add("carl.other@nhs.net", at=MADE)
    with pytest.raises(AccountError, match="of this kind"):
        _give(estate, person, "ann.other@nhs.net", MemberRole.OWNER)
