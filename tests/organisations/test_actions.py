"""Opening, moving and closing organisations. Both databases."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant, operator
from postmaster.access.reads import get_above
from postmaster.access.roles import Role
from postmaster.organisations.actions import (
    add_organisation,
    close_organisation,
    move_organisation,
)
from postmaster.organisations.reads import get_final_successors, get_organisation, list_tasks
from postmaster.organisations.rules import OrganisationError, fold_name
from prepared import organisations, prepare

BY = operator("test")
DAY = date(2018, 4, 1)


@pytest.fixture
def sample(engine: Engine, clock: FixedClock) -> Engine:
    prepare(engine, organisations, now=clock.now())
    return engine


def test_a_move_takes_everything_under_it_along(sample: Engine, clock: FixedClock) -> None:
    with unit_of_work(sample) as session:
        move_organisation(
            session, ods_code="RX1", parent="RX2", container="NHSCARE", by=BY, now=clock.now()
        )

    with read_only(sample) as session:
        above = get_above(session, organisation="RX101")
    assert above == {"RX101", "RX1", "RX2", "NHSCARE"}


def test_a_chain_of_successors_is_followed_to_its_end(sample: Engine, clock: FixedClock) -> None:
    with unit_of_work(sample) as session:
        close_organisation(
            session, ods_code="Y90010", successors=["A81001"], closed_on=DAY, by=BY, now=clock.now()
        )

    with read_only(sample) as session:
        assert get_final_successors(session, ods_code="Y90011") == ("A81001",)


@pytest.mark.parametrize(
    ("code", "successors", "words"),
    [
        ("RX1", ["RX2"], "3 open organisations are under RX1"),
        ("A81001", ["A81001"], "its own successor"),
        ("A81001", ["NOPE"], "no organisation NOPE"),
        ("A81001", ["Y90011"], "Use Y90010, which took over"),
        ("A81001", ["NHSCARE"], "of kind container"),
        ("Y90010", ["Y90011"], "Y90011 is closed"),
        ("Y90011", [], "never used again"),
    ],
)
def test_a_closing_that_makes_no_sense_is_refused_with_what_to_do(
    sample: Engine, clock: FixedClock, code: str, successors: list[str], words: str
) -> None:
    with pytest.raises(OrganisationError, match=words), unit_of_work(sample) as session:
        close_organisation(
            session, ods_code=code, successors=successors, closed_on=DAY, by=BY, now=clock.now()
        )


def test_a_code_is_never_used_again_and_none_stands_under_itself(
    sample: Engine, clock: FixedClock
) -> None:
    with pytest.raises(OrganisationError, match="never used"), unit_of_work(sample) as session:
        add_organisation(session, ods_code="y90011 ", name="Again", by=BY, now=clock.now())
    with pytest.raises(OrganisationError, match="under it"), unit_of_work(sample) as session:
        move_organisation(
            session, ods_code="RX1", parent="RX101", container=None, by=BY, now=clock.now()
        )


def test_a_local_administrator_opens_nothing_and_sees_their_own(
    sample: Engine, clock: FixedClock
) -> None:
    local = Actor(ActorKind.PERSON, "p1", (Grant(Role.LOCAL_ADMINISTRATOR, "RX1"),))

    with pytest.raises(RefusedError), unit_of_work(sample) as session:
        add_organisation(session, ods_code="RX77", name="Mine", by=local, now=clock.now())
    with read_only(sample) as session:
        assert get_organisation(session, reader=local, ods_code="RX2") is None
        assert get_organisation(session, reader=local, ods_code="RX102") is not None
        assert list_tasks(session, reader=local, now=clock.now()) == ()


def test_the_search_by_prefix_uses_its_index(sample: Engine) -> None:
    words = "SELECT name FROM organisation WHERE search_key >= 'st' AND search_key < 'stz'"
    with sample.connect() as connection:
        if sample.dialect.name == "sqlite":
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {words}")).all()
        else:
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {words}")).all()

    assert "ix_organisation_search_key_ods_code" in str(plan)


@pytest.mark.parametrize(
    ("given", "folded"),
    [("  Ysbyty   Gwynédd ", "ysbyty gwynedd"), ("STRAẞE", "strasse"), ("ＮＨＳ", "nhs")],  # noqa: RUF001 - meant
)
def test_names_are_searched_without_case_and_accents(given: str, folded: str) -> None:
    assert fold_name(given) == folded
