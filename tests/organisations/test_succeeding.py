"""Mergers with their collisions, closings taken back, and closings only ODS knows of."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select

from estate import Estate, make_estate
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import operator
from postmaster.access.reads import get_above
from postmaster.accounts.rules import AccountError
from postmaster.organisations.actions import add_organisation, close_organisation
from postmaster.organisations.importing import Plan, apply_import, plan_import
from postmaster.organisations.reads import get_final_successors, get_organisation, list_tasks
from postmaster.organisations.rules import Kind, OrganisationError
from postmaster.organisations.succeeding import (
    Merger,
    merge_organisations,
    note_ods_closing,
    reopen_organisation,
)
from postmaster.organisations.tables import Organisation, Succession, SuccessorElsewhere

BY = operator("test")
DAY = date(2018, 4, 1)
NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
HEAD = "ods_code,name,short_code,kind,parent,container,status,opened_on,closed_on,successors"


@pytest.fixture
def estate(engine: Engine, clock: FixedClock) -> Estate:
    return make_estate(engine, now=clock.now())


def merge(estate: Estate, clock: FixedClock, merger: Merger) -> None:
    with unit_of_work(estate.engine) as session:
        merge_organisations(session, merger=merger, by=BY, now=clock.now())


def get(estate: Estate, code: str) -> Organisation:
    with read_only(estate.engine) as session:
        row = session.get_one(Organisation, code)
        session.expunge(row)
    return row


def test_several_merge_into_a_new_one_which_takes_a_short_code_and_what_was_under_them(
    estate: Estate, clock: FixedClock
) -> None:
    merger = Merger(
        ["rx1", "RX2"], "RX9", DAY, "Larkmoor and Tarnside", "larkmoor", takes_under=True
    )

    merge(estate, clock, merger)

    new, old = get(estate, "RX9"), get(estate, "RX1")
    assert (new.name, new.short_code, new.status) == ("Larkmoor and Tarnside", "larkmoor", "open")
    assert (old.short_code, old.status, old.closed_on) == ("larkmoor", "closed", DAY)
    with read_only(estate.engine) as session:
        assert get_above(session, organisation="RX101") == {"RX101", "RX9"}
        types = set(session.scalars(select(Succession.type).where(Succession.successor == "RX9")))
        page = get_organisation(session, reader=BY, ods_code="RX1")
    assert types == {"merge"}
    # Effective on 1 April, written down on 9 April.
    assert page is not None
    assert (page.successors[0].effective_on, page.successors[0].recorded_at) == (DAY, clock.now())


@pytest.mark.parametrize(
    ("merger", "field", "words"),
    [
        (Merger(["A81001"], "A81002", DAY, short_code="rx3"), "short_code", None),
        (Merger(["A81001"], "A81002", DAY, short_code="brackendale"), "short_code", "RX3 has"),
        (Merger(["A81001"], "A81002", DAY, "Canal Street Practice"), "name", "A81003 is called"),
        (Merger(["A81001"], "A81099", DAY, "Elm Tree Surgery"), "name", "A81005 is called"),
        (Merger(["A81001"], "A81099", DAY), "name", "Give its name too"),
        (Merger(["A81001", "A81002"], "A81002", DAY), "predecessors", "merge into itself"),
        (Merger(["Y90011"], "A81002", DAY), "predecessors", "closed already"),
        (Merger(["A81001"], "Y90050", DAY), "successor", "closing or closed"),
        (Merger(["A81001"], "Y90011", DAY), "successor", "closing or closed"),
        (Merger(["RX1"], "RX2", DAY), None, "3 open organisations are under RX1"),
        (Merger([], "A81002", DAY), "predecessors", "Name who merges"),
        (Merger(["A81001"], "A81002", date(2019, 4, 1)), "closed_on", "in the future"),
    ],
)
def test_a_merger_that_collides_is_refused_whole_with_the_field_to_mend(
    quick: Estate, clock: FixedClock, merger: Merger, field: str | None, words: str | None
) -> None:
    if words is None:
        merge(quick, clock, merger)
        return

    with pytest.raises(OrganisationError, match=words) as caught:
        merge(quick, clock, merger)

    assert caught.value.field == field
    assert get(quick, "A81001").status == "open"


def test_a_name_that_collides_may_be_meant(quick: Estate, clock: FixedClock) -> None:
    merge(
        quick,
        clock,
        Merger(["A81001"], "A81002", DAY, "Elm Tree Surgery", is_same_name_meant=True),
    )

    assert get(quick, "A81002").name == "Elm Tree Surgery"


def test_a_closing_taken_back_loses_its_successors_and_a_short_code_that_was_taken(
    estate: Estate, clock: FixedClock
) -> None:
    merge(estate, clock, Merger(["A81001"], "A81002", DAY, short_code="a81001"))

    with (
        pytest.raises(OrganisationError, match="short code"),
        unit_of_work(estate.engine) as session,
    ):
        reopen_organisation(session, ods_code="A81001", why="ODS", by=BY, now=clock.now())
    with unit_of_work(estate.engine) as session:
        reopen_organisation(
            session, ods_code="A81001", why="Active again in ODS", gives_up_short_code=True,
            by=BY, now=clock.now(),
        )  # fmt: skip

    row = get(estate, "A81001")
    assert (row.status, row.closed_on, row.short_code) == ("open", None, None)
    with read_only(estate.engine) as session:
        assert get_final_successors(session, ods_code="A81001") == ()


@pytest.mark.parametrize(
    ("code", "why", "words"),
    [("A81001", "x", "nothing to take back"), ("Y90041", " ", "Say why"), ("NONE1", "x", "no org")],
)
def test_only_a_closed_one_is_reopened_and_with_a_reason(
    quick: Estate, clock: FixedClock, code: str, why: str, words: str
) -> None:
    with pytest.raises(OrganisationError, match=words), unit_of_work(quick.engine) as session:
        reopen_organisation(session, ods_code=code, why=why, by=BY, now=clock.now())
    assert get(quick, "Y90041").status == "closed"


def test_what_ods_closed_and_is_open_here_takes_no_accounts_and_is_a_task(
    estate: Estate, clock: FixedClock
) -> None:
    with unit_of_work(estate.engine) as session:
        note_ods_closing(session, ods_code="A81001", ods_closed_on=DAY, by=BY, now=clock.now())

    with pytest.raises(AccountError, match="ODS closed A81001"):
        estate.add("new@nhs.net", at=clock.now(), organisation="A81001")
    with read_only(estate.engine) as session:
        words = [task.words for task in list_tasks(session, reader=BY, now=clock.now())]
    assert "1 organisation is closed in ODS and still open here" in words
    with unit_of_work(estate.engine) as session:
        close_organisation(
            session, ods_code="A81001", successors=[], elsewhere=["zz123"], closed_on=DAY,
            by=BY, now=clock.now(),
        )  # fmt: skip
    with read_only(estate.engine) as session:
        page = get_organisation(session, reader=BY, ods_code="A81001")
    assert page is not None
    assert (page.ods_closed_on, page.elsewhere, page.final_successors) == (None, ["ZZ123"], [])


@pytest.mark.parametrize(
    ("kind", "code", "parent", "words"),
    [
        (Kind.UNIT, "RX1-WARD4", None, "stands under"),
        (Kind.UNIT, "RX1", "RX2", "hyphen"),
        (Kind.UNIT, "NHSCARE-1", "NHSCARE", "kind container"),
        (Kind.ORGANISATION, "RX1-WARD4", "RX1", "3 to 12 letters"),
        (Kind.ORGANISATION, "RX199", "RX2-CMHT", "kind unit"),
    ],
)
def test_a_unit_stands_under_an_organisation_or_a_unit(
    quick: Estate, kind: Kind, code: str, parent: str, words: str
) -> None:
    with pytest.raises(OrganisationError, match=words), unit_of_work(quick.engine) as session:
        add_organisation(session, ods_code=code, name="A", kind=kind, parent=parent, by=BY, now=NOW)


def bring_in(engine: Engine, clock: FixedClock, *lines: str, more: str = "") -> Plan:
    content = "\n".join((HEAD + more, *lines)).encode()
    with unit_of_work(engine) as session:
        plan = plan_import(session, content=content, now=clock.now())
        apply_import(session, plan=plan, by=BY, now=clock.now())
    return plan


def test_a_file_tells_of_units_closings_of_ods_and_successors_elsewhere(
    engine: Engine, clock: FixedClock
) -> None:
    more = ",ods_closed_on,elsewhere"
    lines = (
        "AAA,A,,organisation,,,open,,,,2018-04-01,",
        "AAA-ED,Emergency,,unit,AAA,,open,,,,,",
        "AAA-ED-1,Triage,,unit,AAA-ED,,open,,,,,",
        "BBB,B,,organisation,,,closed,,2018-04-01,,,ZZ9 yy8",
    )

    first = bring_in(engine, clock, *lines, more=more)
    # Without the two columns what is stored of them stays; closing it here ends the lag.
    second = bring_in(
        engine,
        clock,
        "AAA,Renamed,,organisation,,,open,,,",
        "BBB,B,,organisation,,,closed,,2018-04-01,",
    )

    assert (first.findings, second.findings) == ((), ())
    assert (len(second.changed), second.unchanged) == (1, 1)
    with read_only(engine) as session:
        assert session.get_one(Organisation, "AAA").ods_closed_on == DAY
        assert set(session.scalars(select(SuccessorElsewhere.ods_code))) == {"ZZ9", "YY8"}
        assert get_above(session, organisation="AAA-ED-1") == {"AAA", "AAA-ED", "AAA-ED-1"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("AAA,A,,organisation,,,closed,,2018-04-01,,2018-04-01,", "closed here too"),
        ("AAA,A,,organisation,,,open,,,,2019-04-01,", "in the future"),
        ("AAA,A,,organisation,,,open,,,,,ZZ9", "Only a closed organisation has successors"),
        ("AAA,A,,organisation,,,closed,,2018-04-01,,,AAA", "AAA is on the service"),
        ("AAA,A,,organisation,,,closed,,2018-04-01,,,Z-9", "3 to 12 letters"),
        ("AAA-1,A,,unit,,,open,,,,,", "stands under"),
    ],
)
def test_a_fault_in_the_further_columns_names_its_line(
    sqlite_engine: Engine, clock: FixedClock, line: str, words: str
) -> None:
    plan = bring_in(sqlite_engine, clock, line, more=",ods_closed_on,elsewhere")

    assert any(one.line == 2 and words in one.message for one in plan.findings), plan.findings
