"""Files of organisations: whole or not at all, every fault by its line."""

import pytest
from sqlalchemy import Engine, func, select

from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import operator
from postmaster.access.reads import get_above
from postmaster.access.tables import ScopeLink
from postmaster.organisations.importing import Plan, apply_import, plan_import
from postmaster.organisations.tables import Organisation, Succession
from statements import counted

HEAD = "ods_code,name,short_code,kind,parent,container,status,opened_on,closed_on,successors"
BY = operator("test")


def bring_in(engine: Engine, clock: FixedClock, *lines: str) -> Plan:
    content = "\r\n".join((HEAD, *lines)).encode("utf-8-sig")
    with unit_of_work(engine) as session:
        plan = plan_import(session, content=content, now=clock.now())
        apply_import(session, plan=plan, by=BY, now=clock.now())
    return plan


def test_a_file_with_a_mark_windows_lines_quotes_and_blanks_comes_in_and_twice_is_once(
    engine: Engine, clock: FixedClock
) -> None:
    lines = (
        ' rx101 ,"Hospital, East ", EAST ,organisation,RX1,,open,2013-04-01,,',
        "RX1,Trust,trust,organisation,,,open,,,",
        "OLD1,Old,trust,organisation,RX1,,closed,,2018-04-01,RX1",
        "",
    )

    first, second = bring_in(engine, clock, *lines), bring_in(engine, clock, *lines)

    assert (first.findings, len(first.new)) == ((), 3)
    assert (len(second.new), len(second.changed), second.unchanged) == (0, 0, 3)
    with read_only(engine) as session:
        assert session.get_one(Organisation, "RX101").name == "Hospital, East"
        assert get_above(session, organisation="RX101") == {"RX1", "RX101"}
        assert session.scalar(select(func.count()).select_from(Succession)) == 1


def test_a_second_file_changes_moves_and_closes(engine: Engine, clock: FixedClock) -> None:
    bring_in(
        engine,
        clock,
        "AAA,A,one,organisation,,,open,,,",
        "BBB,B,two,organisation,AAA,,open,,,",
        "CCC,C,,organisation,,,open,,,",
    )

    plan = bring_in(
        engine,
        clock,
        "AAA,A,,organisation,,,closed,,2018-04-01,CCC",
        "BBB,Bee,one,organisation,CCC,,closing,,,",
    )

    assert (plan.findings, len(plan.changed), len(plan.closed)) == ((), 1, 1)
    with read_only(engine) as session:
        row = session.get_one(Organisation, "BBB")
        assert (row.name, row.search_key, row.short_code) == ("Bee", "bee", "one")
        assert row.closing_on is not None
        assert get_above(session, organisation="BBB") == {"BBB", "CCC"}


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (["RX1,T,,organisation,,,open,,,"] * 2, 3, "on line 2 already"),
        (["RX1,T,,organisation,RX9,,open,,,"], 2, "RX9 is neither"),
        (["RX1,T,,organisation,RX1,,open,,,"], 2, "RX1 to RX1"),
        (
            ["RX1,T,,organisation,RX2,,open,,,", "RX2,U,,organisation,RX1,,open,,,"],
            2,
            "RX1 to RX2 to RX1",
        ),
        (
            ["RX1,T,tt,organisation,,,open,,,", "RX2,U,TT,organisation,,,open,,,"],
            3,
            "RX1 has the short code tt",
        ),
        (
            [
                "RX1,T,,organisation,,,closed,,2018-04-01,",
                "RX2,U,,organisation,RX1,,open,,,",
            ],
            2,
            "RX2 is under it",
        ),
        (
            [
                "RX1,T,,organisation,,,closed,,2018-04-01,RX2",
                "RX2,U,,organisation,,,closed,,2018-04-01,RX1",
            ],
            2,
            "Successors go round",
        ),
        (["RX1,=1+1,,organisation,,,open,,,"], 2, "runs as a formula"),
        (["RX1,T,,container,,BOX,open,,,"], 2, "stands alone"),
        (["RX1,T,,organisation,,,gone,,,"], 2, "The status 'gone'"),
        (["RX1,T,,organisation,,,open,01/04/2018,,"], 2, "is no date"),
        (["RX1,T,,organisation,,,closed,,2019-04-01,"], 2, "in the future"),
        (["RX1,T,,organisation,,,closed,,,"], 2, "needs the day"),
        (["RX1,T, too,,organisation,,,open,,,"], 2, "11 cells"),
        (["R-1,T,,organisation,,,open,,,"], 2, "3 to 12 letters"),
        (["RX1,T,,organisation,,,open,,,", '"'], 4, "cannot be read"),
    ],
)
def test_a_fault_names_its_line_and_nothing_comes_in(
    sqlite_engine: Engine, clock: FixedClock, lines: list[str], line: int, words: str
) -> None:
    good = "ZZ1,Good,,organisation,,,open,,,"

    plan = bring_in(sqlite_engine, clock, *lines, good)

    assert any(one.line == line and words in one.message for one in plan.findings), plan.findings
    with read_only(sqlite_engine) as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_a_closed_organisation_is_never_opened_by_a_file(
    sqlite_engine: Engine, clock: FixedClock
) -> None:
    bring_in(sqlite_engine, clock, "RX1,T,,organisation,,,closed,,2018-04-01,")

    plan = bring_in(sqlite_engine, clock, "RX1,T,,organisation,,,open,,,")

    assert "own ODS code and name it as successor" in plan.findings[0].message


def test_a_line_of_a_file_costs_little_more_than_its_entry(
    engine: Engine, clock: FixedClock
) -> None:
    lines = [f"P{n:05},Practice {n},p{n},organisation,TOP,BOX,open,,," for n in range(2500)]
    lines += ["TOP,Top,,organisation,,,open,,,", "BOX,Box,,container,,,open,,,"]

    with counted(engine) as said:
        plan = bring_in(engine, clock, *lines)

    assert len(plan.new) == len(lines)
    assert len(said) < len(lines) + 50
    with read_only(engine) as session:
        assert session.scalar(select(func.count()).select_from(ScopeLink)) == 3 * 2500 + 2
