"""Where a sector stands in a region: the row of the region first, and a plan opens nothing."""

from datetime import date

import pytest

from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import Region
from postmaster.registrations.rollouts import add_rollout, end_rollout, list_spans, move_rollout
from postmaster.registrations.sectors import Sector
from postmaster.registrations.stages import Stage, find_overlap, find_span_fault, find_standing
from registering import NOW, Desk, span

# The dental roll-out as the bulletin of 9 April 2018 announced it.
PILOTS = [
    span(region, Stage.PILOT, date(2018, 2, 1), date(2018, 4, 30))
    for region in (
        Region.LONDON, Region.CUMBRIA, Region.NORTH, Region.MERSEYSIDE, Region.CHESHIRE,
    )
]  # fmt: skip
DENTAL = [*PILOTS, span(Region.ENGLAND, Stage.ROLLOUT, date(2018, 5, 1), words="May 2018")]


@pytest.mark.parametrize(
    ("region", "on", "sentence"),
    [
        (Region.LONDON, date(2018, 4, 9), "Open (pilot since 1 February 2018)"),
        (Region.LONDON, date(2018, 1, 31), "Not open yet: opens from 1 February 2018"),
        (Region.CUMBRIA, date(2018, 4, 30), "Open (pilot since 1 February 2018)"),
        (Region.CUMBRIA, date(2018, 5, 1), "Open (rollout since May 2018)"),
        (Region.SOUTH, date(2018, 4, 9), "Not open yet: opens from May 2018"),
        (Region.SOUTH, date(2018, 5, 1), "Open (rollout since May 2018)"),
    ],
)
def test_a_region_is_open_by_its_own_row_or_by_that_of_what_it_lies_in(
    region: Region, on: date, sentence: str
) -> None:
    assert find_standing(DENTAL, region, on).sentence.replace("roll-out", "rollout") == sentence


def test_a_plan_is_no_start_whatever_its_words_or_date() -> None:
    words = span(Region.ENGLAND, Stage.PLANNED, words="summer or autumn 2018")
    dated = span(Region.ENGLAND, Stage.PLANNED, date(2018, 4, 1))

    assert find_standing([words], Region.SOUTH, date(2019, 1, 1)).sentence == (
        "Not open yet: planned for summer or autumn 2018"
    )
    assert not find_standing([dated], Region.SOUTH, date(2018, 4, 9)).is_open
    assert find_standing([], Region.SOUTH, date(2018, 4, 9)).sentence == (
        "Not open, and no date is known"
    )


def test_a_plan_for_a_region_holds_it_back_while_the_country_goes_on() -> None:
    rows = [
        span(Region.ENGLAND, Stage.LIVE, date(2018, 1, 1)),
        span(Region.CUMBRIA, Stage.PLANNED, words="2019"),
    ]

    assert not find_standing(rows, Region.CUMBRIA, date(2018, 4, 9)).is_open
    assert find_standing(rows, Region.CHESHIRE, date(2018, 4, 9)).is_open


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ((date(2018, 2, 1), date(2018, 4, 30)), (date(2018, 5, 1), None), False),
        ((date(2018, 2, 1), date(2018, 5, 1)), (date(2018, 5, 1), None), True),
        ((date(2018, 2, 1), None), (date(2018, 5, 1), None), True),
        ((date(2018, 2, 1), date(2018, 4, 30)), (None, None), False),
        ((date(2018, 2, 1), None), (None, None), True),
        ((None, None), (None, None), True),
    ],
)
def test_two_rows_of_a_region_share_no_day(
    first: tuple[date | None, date | None],
    second: tuple[date | None, date | None],
    overlaps: bool,  # noqa: FBT001 - a column of the table
) -> None:
    one, other = (
        span(Region.LONDON, Stage.PLANNED, *pair, words="later") for pair in (first, second)
    )
    held = [one.__class__(7, *[getattr(one, name) for name in one.__slots__[1:]])]

    assert (find_overlap(held, other) is not None) is overlaps
    elsewhere = span(Region.SOUTH, Stage.PLANNED, *second, words="later")
    assert find_overlap(held, elsewhere) is None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (span(Region.LONDON, Stage.PILOT, words="spring"), "from_on"),
        (span(Region.LONDON, Stage.PLANNED), "from_words"),
        (span(Region.LONDON, Stage.PILOT, date(2018, 4, 1), date(2018, 3, 1)), "to_on"),
    ],
)
def test_a_row_without_what_it_needs_says_which_field(row: object, field: str) -> None:
    fault = find_span_fault(row)  # type: ignore[arg-type]  # made by `span`

    assert fault is not None
    assert fault[0] == field


def test_a_plan_becomes_a_pilot_and_a_pilot_ends_the_day_before_what_follows(desk: Desk) -> None:
    plan = span(Region.LONDON, Stage.PLANNED, words="spring 2018", sector=Sector.DENTISTRY)
    given = {"source": "A bulletin", "by": BY, "now": NOW}
    with unit_of_work(desk.engine) as session:
        number = add_rollout(session, span=plan, **given)  # type: ignore[arg-type]  # as one
        first = move_rollout(
            session, rollout_id=number, stage=Stage.PILOT, from_on=date(2018, 4, 1),
            source="Another", by=BY, now=NOW,
        )  # fmt: skip
        second = move_rollout(
            session, rollout_id=first, stage=Stage.LIVE, from_on=date(2018, 6, 1),
            source="A third", by=BY, now=NOW,
        )  # fmt: skip

    assert first == number != second
    with read_only(desk.engine) as session:
        rows = list_spans(session, sector=Sector.DENTISTRY)
    assert [(row.stage, row.from_on, row.to_on) for row in rows] == [
        (Stage.PILOT, date(2018, 4, 1), date(2018, 5, 31)),
        (Stage.LIVE, date(2018, 6, 1), None),
    ]


def test_what_is_in_the_way_is_named_and_history_is_not_rewritten(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        held = list_spans(session, sector=Sector.PHARMACY)[0]
        again = span(Region.ENGLAND, Stage.PILOT, date(2018, 2, 1))
        with pytest.raises(RegistrationError, match="All of England has a row for this time: live"):
            add_rollout(session, span=again, source="A test", by=BY, now=NOW)
        with pytest.raises(RegistrationError, match="It began on 1 January 2018"):
            move_rollout(
                session, rollout_id=held.rollout_id, stage=Stage.PILOT,
                from_on=date(2017, 1, 1), source="A test", by=BY, now=NOW,
            )  # fmt: skip
        with pytest.raises(RegistrationError, match="cannot end before it begins"):
            end_rollout(session, rollout_id=held.rollout_id, to_on=date(2017, 1, 1), by=BY, now=NOW)
