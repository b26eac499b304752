"""Organisations: what stands over what, who may see it, who follows whom. Both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, select

from lamppost.database import read_only, unit_of_work
from lamppost.sample.organisations import add_organisations
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant, system
from postmaster.access.reads import get_above
from postmaster.access.roles import Role
from postmaster.access.tables import ScopeLink
from postmaster.audit.tables import AuditEntry
from postmaster.organisations.actions import (
    NewOrganisation,
    add_organisation,
    close_organisation,
    move_organisation,
)
from postmaster.organisations.reads import (
    get_organisation,
    list_successions,
    list_under,
    select_organisations,
)
from postmaster.organisations.rules import (
    OrganisationError,
    Status,
    SuccessionKind,
    check_code,
    final_successors,
    fold,
    list_above,
)
from postmaster.organisations.tables import Organisation

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
BY = system("test")


def person(role: Role, scope: str | None) -> Actor:
    return Actor(ActorKind.PERSON, "p1", (Grant(role, scope),))


@pytest.fixture
def sample(engine: Engine) -> Engine:
    with unit_of_work(engine) as session:
        assert add_organisations(session, now=NOW) >= 60
    return engine


def test_a_second_load_of_the_sample_opens_nothing(sample: Engine) -> None:
    with unit_of_work(sample) as session:
        assert add_organisations(session, now=NOW) == 0


@pytest.mark.parametrize(
    ("role", "scope", "seen", "unseen"),
    [
        (Role.LOCAL_ADMINISTRATOR, "RX1", {"RX1", "RX101", "RX102", "RX103"}, {"RX2", "15X"}),
        (Role.LOCAL_ADMINISTRATOR, "RX101", {"RX101"}, {"RX1", "RX102"}),
        (Role.READER, "15X", {"15X", "A81001", "A81012"}, {"RX1", "FP001"}),
        (Role.SECTOR_ADMINISTRATOR, "NHSPHARMACY", {"NHSPHARMACY", "FP001"}, {"VD001", "RX1"}),
        (Role.TENANT_ADMINISTRATOR, None, {"RX1", "FP001", "Y0200"}, set()),
    ],
)
def test_a_reader_sees_what_is_under_what_they_look_after(
    sample: Engine, role: Role, scope: str | None, seen: set[str], unseen: set[str]
) -> None:
    reader = person(role, scope)

    with read_only(sample) as session:
        codes = {row.ods_code for row in session.execute(select_organisations(reader=reader))}
        assert seen <= codes
        assert not unseen & codes
        for code in unseen:
            assert get_organisation(session, reader=reader, ods_code=code) is None


def test_a_move_takes_everything_under_it_along(sample: Engine) -> None:
    with unit_of_work(sample) as session:
        move_organisation(session, ods_code="RX1", parent="RX9", container=None, by=BY, now=NOW)

    with read_only(sample) as session:
        assert get_above(session, organisation="RX101") == {"RX101", "RX1", "RX9"}
        found = get_organisation(session, reader=person(Role.READER, "RX9"), ods_code="RX103")
    assert found is not None


def test_an_organisation_never_stands_over_itself(sample: Engine) -> None:
    with (
        pytest.raises(OrganisationError, match="would stand over itself"),
        unit_of_work(sample) as session,
    ):
        move_organisation(session, ods_code="RX1", parent="RX101", container=None, by=BY, now=NOW)

    with read_only(sample) as session:
        assert get_above(session, organisation="RX1") == {"RX1"}


def test_a_code_is_never_used_again_even_when_it_is_closed(sample: Engine) -> None:
    again = NewOrganisation("RZ7", "Another name")

    with (
        pytest.raises(OrganisationError, match="never used again"),
        unit_of_work(sample) as session,
    ):
        add_organisation(session, organisation=again, by=BY, now=NOW)


def test_a_merger_of_three_and_a_split_into_two_are_kept(sample: Engine) -> None:
    with read_only(sample) as session:
        merged = {row.predecessor for row in list_successions(session, ods_code="RX9")}
        split = {row.successor for row in list_successions(session, ods_code="Y0200")}
        closed = get_organisation(session, reader=BY, ods_code="RZ8")

    assert merged == {"RZ7", "RZ8", "RZ9"}
    assert split == {"Y0201", "Y0202"}
    assert closed is not None
    assert closed.status is Status.CLOSED


@pytest.mark.parametrize(
    ("code", "successors", "words"),
    [
        ("RZ7", {}, "closed already"),
        ("RX1", {"RX1": SuccessionKind.MERGE}, "cannot succeed"),
        ("RX1", {"RZ7": SuccessionKind.MERGE}, "cannot succeed"),
        ("RX1", {"QQQ": SuccessionKind.MERGE}, "cannot succeed"),
        ("QQQ", {}, "not an organisation here"),
    ],
)
def test_a_closing_that_makes_no_sense_is_refused_and_changes_nothing(
    sample: Engine, code: str, successors: dict[str, SuccessionKind], words: str
) -> None:
    with pytest.raises(OrganisationError, match=words), unit_of_work(sample) as session:
        close_organisation(
            session,
            ods_code=code,
            closed_on=date(2018, 5, 1),
            successors=successors,
            by=BY,
            now=NOW,
        )

    with read_only(sample) as session:
        assert list_successions(session, ods_code="RX1") == []


def test_only_those_the_matrix_names_may_open_an_organisation(sample: Engine) -> None:
    with pytest.raises(RefusedError), unit_of_work(sample) as session:
        add_organisation(
            session,
            organisation=NewOrganisation("RX77", "Mine", parent="RX1"),
            by=person(Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX1"),
            now=NOW,
        )


def test_every_organisation_opened_has_one_entry_in_the_audit(sample: Engine) -> None:
    with read_only(sample) as session:
        organisations = session.scalar(select(func.count()).select_from(Organisation))
        entries = session.scalar(
            select(func.count()).where(AuditEntry.action == "organisations.add")
        )
        own = session.scalar(select(func.count()).where(ScopeLink.above == ScopeLink.below))

    assert organisations == entries == own


def test_a_list_of_what_is_under_a_container_is_for_its_reader(sample: Engine) -> None:
    with read_only(sample) as session:
        sector = list_under(
            session,
            reader=person(Role.SECTOR_ADMINISTRATOR, "NHSCARE"),
            ods_code="NHSCARE",
        )
        other = list_under(session, reader=person(Role.READER, "RX1"), ods_code="NHSCARE")

    assert len(sector) == 12
    assert other == []


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("  Ysbyty   Gwynédd ", "ysbyty gwynedd"),
        ("\uff2e\uff28\uff33 Foo", "nhs foo"),
        ("STRAẞE", "strasse"),
    ],
)
def test_names_are_searched_without_case_accents_and_double_blanks(given: str, folded: str) -> None:
    assert fold(given) == folded


@pytest.mark.parametrize("code", ["", "R", "R X1", "RX1;", "é1", "A" * 33])
def test_what_is_no_ods_code_is_refused(code: str) -> None:
    with pytest.raises(OrganisationError, match="is no ODS code"):
        check_code(code)


def test_a_chain_of_successors_ends_at_those_nobody_follows() -> None:
    chain = {"A": frozenset({"B"}), "B": frozenset({"C", "D"}), "D": frozenset({"E"})}

    assert final_successors("A", chain) == {"C", "E"}
    assert final_successors("E", chain) == {"E"}


def test_successors_that_go_round_are_refused_by_name() -> None:
    loop = {"A": frozenset({"B"}), "B": frozenset({"A"})}

    with pytest.raises(OrganisationError, match="A -> B -> A"):
        final_successors("A", loop)


def test_containers_stand_over_the_sites_of_their_organisations_too() -> None:
    parents = {"S": "P", "P": None, "C": None}
    containers = {"S": None, "P": "C", "C": None}

    assert list_above("S", parents, containers) == {"P", "C"}
