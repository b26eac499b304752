"""What is done to one account. Both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from estate import BY, Estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actions import grant_role
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.reads import list_grants
from postmaster.access.roles import Role
from postmaster.accounts.actions import (
    accept_terms,
    cancel_leaver,
    disable,
    enable,
    join,
    mark_leaver,
)
from postmaster.accounts.rules import AccountError, Kind, Status
from postmaster.accounts.sweeps import Sweep, bury
from postmaster.accounts.tables import Account, AccountAlias, AccountChange, AddressQuarantine
from postmaster.audit.tables import AuditEntry

MADE = datetime(2017, 3, 1, 9, tzinfo=UTC)
MARKED = datetime(2018, 3, 10, 9, tzinfo=UTC)
LA_OF_RX2 = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX2"),), "RX2")
LA_OF_RX3 = Actor(ActorKind.PERSON, "lb", (Grant(Role.LOCAL_ADMINISTRATOR, "RX3"),), "RX3")


@pytest.fixture
def leaver(estate: Estate) -> int:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=account_id, by=LA_OF_RX2, now=MARKED)
    return account_id


def test_a_person_is_pending_until_they_accept_the_terms(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE, is_accepted=False)
    assert estate.status(account_id) is Status.PENDING

    with unit_of_work(estate.engine) as session:
        accept_terms(session, account_id=account_id, by=BY, now=MARKED)
    row = estate.get(account_id)
    assert (row.status, row.idle_since) == (Status.ACTIVE, MARKED)


def test_a_leaver_who_joins_keeps_account_and_address(estate: Estate, leaver: int) -> None:
    with unit_of_work(estate.engine) as session:
        join(
            session,
            account_id=leaver,
            organisation="RX3",
            by=LA_OF_RX3,
            now=datetime(2018, 4, 9, 20, tzinfo=UTC),
        )
    row = estate.get(leaver)
    assert (row.status, row.organisation, row.address) == ("active", "RX3", "ann.other@nhs.net")


def test_day_thirty_is_in_time_to_join_and_day_thirty_one_is_not(
    estate: Estate, leaver: int
) -> None:
    late = datetime(2018, 4, 10, 9, tzinfo=UTC)
    with (
        pytest.raises(AccountError, match="more than 30 days ago"),
        unit_of_work(estate.engine) as session,
    ):
        join(session, account_id=leaver, organisation="RX3", by=LA_OF_RX3, now=late)


def test_a_new_address_leaves_the_old_one_receiving_for_ninety_days(
    estate: Estate, leaver: int
) -> None:
    with unit_of_work(estate.engine) as session:
        join(
            session,
            account_id=leaver,
            organisation="RX3",
            new_address="ann.other2@nhs.net",
            by=LA_OF_RX3,
            now=MARKED,
        )
    with read_only(estate.engine) as session:
        alias = session.get_one(AccountAlias, "ann.other@nhs.net")
        assert alias.receives_until == date(2018, 6, 8)
    with pytest.raises(AccountError, match="until 2018-06-08"):
        estate.add("Ann.Other@nhs.net", at=MARKED)


@pytest.mark.parametrize("first", [Status.ACTIVE, Status.DISABLED])
def test_a_mark_made_by_mistake_goes_back_to_where_it_came_from(
    estate: Estate, first: Status
) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with unit_of_work(estate.engine) as session:
        if first is Status.DISABLED:
            disable(session, account_id=account_id, reason_code="leave", by=BY, now=MADE)
        mark_leaver(session, account_id=account_id, by=BY, now=MARKED)
        cancel_leaver(session, account_id=account_id, by=BY, now=MARKED)
    assert estate.status(account_id) is first


def test_a_leaver_who_is_disabled_stays_one_and_cannot_sign_in(estate: Estate, leaver: int) -> None:
    with unit_of_work(estate.engine) as session:
        disable(session, account_id=leaver, reason_code="incident", by=BY, now=MARKED)
    row = estate.get(leaver)
    assert (row.status, row.sign_in_blocked) == ("leaver", True)

    with unit_of_work(estate.engine) as session:
        enable(session, account_id=leaver, by=BY, now=MARKED)
    assert estate.get(leaver).sign_in_blocked is False


def test_a_leaver_loses_their_roles_in_the_same_transaction(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with unit_of_work(estate.engine) as session:
        grant_role(
            session,
            person_id="ann",
            address_key="ann.other@nhs.net",
            role=Role.LOCAL_ADMINISTRATOR,
            scope="RX2",
            by=BY,
            now=MADE,
        )
        mark_leaver(session, account_id=account_id, by=BY, now=MARKED)
    with read_only(estate.engine) as session:
        assert list_grants(session, person_id="ann") == ()


def test_an_administrator_of_elsewhere_is_refused(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with pytest.raises(RefusedError), unit_of_work(estate.engine) as session:
        mark_leaver(session, account_id=account_id, by=LA_OF_RX3, now=MARKED)
    assert estate.status(account_id) is Status.ACTIVE


def test_every_step_leaves_history_and_audit(estate: Estate, leaver: int) -> None:
    with read_only(estate.engine) as session:
        steps = session.scalars(
            select(AccountChange.action)
            .where(AccountChange.account_id == leaver)
            .order_by(AccountChange.change_id)
        ).all()
        audited = session.scalar(
            select(func.count()).where(AuditEntry.kind == "account", AuditEntry.key == str(leaver))
        )
    assert steps == ["accounts.accept", "accounts.leave"]
    assert audited == 3


@pytest.mark.parametrize(
    ("organisation", "words"),
    [("Y90011", "Y90011 is closed and takes no accounts. Use Y90010"), ("NOPE", "no organisation")],
)
def test_a_closed_organisation_takes_no_account(
    estate: Estate, organisation: str, words: str
) -> None:
    with pytest.raises(AccountError, match=words):
        estate.add("ann.other@nhs.net", at=MADE, organisation=organisation)


def test_only_people_and_applications_leave(estate: Estate) -> None:
    shared = estate.add("rx2.ward@nhs.net", at=MADE, kind=Kind.SHARED)
    with (
        pytest.raises(AccountError, match="of this kind"),
        unit_of_work(estate.engine) as session,
    ):
        mark_leaver(session, account_id=shared, by=BY, now=MARKED)


def test_an_administrator_who_gives_no_roles_marks_a_leaver_who_has_one(estate: Estate) -> None:
    account_id = estate.add("ann.other@nhs.net", at=MADE)
    with unit_of_work(estate.engine) as session:
        grant_role(
            session,
            person_id="ann",
            address_key="ann.other@nhs.net",
            role=Role.READER,
            scope="RX3",
            by=BY,
            now=MADE,
        )
        mark_leaver(session, account_id=account_id, by=LA_OF_RX2, now=MARKED)
    with read_only(estate.engine) as session:
        assert list_grants(session, person_id="ann") == ()
        actors = session.scalars(
            select(AuditEntry.actor).where(
                AuditEntry.action.in_(["roles.end", "accounts.leave"])
            ).order_by(AuditEntry.entry_id)
        )  # fmt: skip
        assert list(actors) == ["system:accounts leaver", LA_OF_RX2.reference]


def test_an_address_free_again_can_be_left_and_buried_again(estate: Estate) -> None:
    later = datetime(2021, 3, 1, 9, tzinfo=UTC)
    with unit_of_work(estate.engine) as session:
        row = AddressQuarantine(
            address_key="ann.other@nhs.net", account_id=_of(estate), kept_until=date(2020, 1, 1)
        )
        alias = AccountAlias(
            address_key="ann.other@nhs.net", account_id=row.account_id,
            receives_until=date(2020, 1, 1),
        )  # fmt: skip
        session.add_all([row, alias])
    account_id = estate.add("ann.other@nhs.net", at=later)
    with unit_of_work(estate.engine) as session:
        assert session.get(AddressQuarantine, "ann.other@nhs.net") is None
        assert session.get(AccountAlias, "ann.other@nhs.net") is None
        session.add(
            AddressQuarantine(
                address_key="ann.other@nhs.net", account_id=account_id, kept_until=date(2020, 1, 1)
            )
        )
        session.get_one(Account, account_id).batch_id = 1
    sweep = Sweep(
        1, "lifecycle.purge", Status.PURGED, "purge-due", "2019", 0, account_id, "t", later
    )
    with unit_of_work(estate.engine) as session:
        kept = date(2023, 3, 1)
        assert bury(session, sweep, chosen=Account.account_id == account_id, kept_until=kept) == 1
    with read_only(estate.engine) as session:
        assert session.get_one(AddressQuarantine, "ann.other@nhs.net").kept_until == kept


def _of(estate: Estate) -> int:
    return estate.add("an.owner.of.old@nhs.net", at=MADE)
