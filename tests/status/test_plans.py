"""Windows are civil days in London; what was announced when one began is held against it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.generation.reads import get_generations
from lamppost.status.actions import WrongDatesError, add_change, add_release, add_window
from lamppost.status.notices import (
    ChangeState,
    ItemKind,
    ReleaseItem,
    ReleaseState,
    Window,
    WindowState,
)
from lamppost.status.reads import (
    get_last_release,
    get_next_release,
    get_next_window,
    list_changes,
    list_releases,
    list_windows,
)
from status_rows import NINE

FIRST, LAST = date(2018, 9, 21), date(2018, 9, 30)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def announce(engine: Engine, *, now: datetime = NINE, **values: Any) -> None:
    given = {"uid": "w1", "title": "BCDR test", "starts_on": FIRST, "ends_on": LAST, **values}
    with unit_of_work(engine) as session:
        add_window(session, now=now, **given)


def window(engine: Engine, now: datetime = NINE) -> Window:
    with read_only(engine) as session:
        (only,) = list_windows(session, now=now)
    return only


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2018-09-20T22:59:59", WindowState.UPCOMING),
        ("2018-09-20T23:00:00", WindowState.RUNNING),
        ("2018-09-30T22:59:59", WindowState.RUNNING),
        ("2018-09-30T23:00:00", WindowState.DONE),
    ],
)
def test_a_window_holds_from_midnight_to_midnight_in_london(
    engine: Engine, now: str, state: WindowState
) -> None:
    announce(engine)

    assert window(engine, utc(now)).state is state


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2018-10-27T22:59:59", WindowState.UPCOMING),
        ("2018-10-27T23:00:00", WindowState.RUNNING),
        ("2018-10-28T23:59:59", WindowState.RUNNING),
        ("2018-10-29T00:00:00", WindowState.DONE),
    ],
)
def test_a_window_on_the_day_the_clocks_go_back_has_25_hours(
    engine: Engine, now: str, state: WindowState
) -> None:
    announce(engine, starts_on=date(2018, 10, 28), ends_on=date(2018, 10, 28))

    assert window(engine, utc(now)).state is state


def test_a_window_that_was_extended_after_it_began_has_overrun(engine: Engine) -> None:
    announce(engine)
    announce(engine, now=utc("2018-09-25T12:00"), sequence=1, ends_on=date(2018, 10, 2))

    assert window(engine, utc("2018-09-30T12:00")).state is WindowState.RUNNING
    late = window(engine, utc("2018-10-01T12:00"))
    assert (late.state, late.announced_ends_on) == (WindowState.OVERRUN, LAST)
    assert window(engine, utc("2018-10-03T12:00")).state is WindowState.DONE


def test_a_window_moved_before_it_began_is_held_to_its_new_end(engine: Engine) -> None:
    announce(engine)
    announce(engine, sequence=1, ends_on=date(2018, 10, 2))

    assert window(engine, utc("2018-10-01T12:00")).state is WindowState.RUNNING


def test_a_window_put_off_after_it_began_is_announced_afresh(engine: Engine) -> None:
    announce(engine)
    moved = {"starts_on": date(2018, 10, 5), "ends_on": date(2018, 10, 8)}
    announce(engine, now=utc("2018-09-25T12:00"), sequence=1, **moved)

    assert window(engine).announced_ends_on == date(2018, 10, 8)


def test_a_cancelled_window_stays_and_says_so(engine: Engine) -> None:
    announce(engine)
    announce(engine, sequence=1, is_cancelled=True)

    assert window(engine, utc("2018-09-25T12:00")).state is WindowState.CANCELLED
    with read_only(engine) as session:
        assert get_next_window(session, now=NINE) is None


def test_an_old_copy_of_an_entry_changes_nothing(engine: Engine) -> None:
    announce(engine, sequence=2, title="New")
    announce(engine, sequence=1, title="Old")

    assert window(engine).title == "New"


def test_the_same_window_twice_is_no_change(engine: Engine) -> None:
    announce(engine)
    announce(engine, now=NINE + timedelta(days=1))

    assert window(engine).updated_at == NINE
    with read_only(engine) as session:
        assert get_generations(session) == {"status": 1}


def test_the_next_window_is_the_running_one_or_the_first_to_come(engine: Engine) -> None:
    announce(engine)
    announce(engine, uid="w2", starts_on=date(2018, 12, 1), ends_on=date(2018, 12, 2))
    with read_only(engine) as session:
        during = get_next_window(session, now=utc("2018-09-25T12:00"))
        after = get_next_window(session, now=utc("2018-10-25T12:00"))

    assert [one.uid for one in (during, after) if one] == ["w1", "w2"]


def test_what_ends_before_it_begins_is_refused(engine: Engine) -> None:
    with pytest.raises(WrongDatesError):
        announce(engine, ends_on=FIRST - timedelta(days=1))
    with pytest.raises(WrongDatesError), unit_of_work(engine) as session:
        add_change(session, ref="C", title="T", starts_at=NINE, ends_at=NINE, now=NINE)


def test_a_change_runs_up_to_its_end_and_keeps_the_day_it_was_announced(engine: Engine) -> None:
    end = NINE + timedelta(hours=2)
    for title, now in (("First", NINE), ("Second", NINE + timedelta(hours=1))):
        with unit_of_work(engine) as session:
            add_change(session, ref="C", title=title, starts_at=NINE, ends_at=end, now=now)
    with read_only(engine) as session:
        (running,) = list_changes(session, now=end - timedelta(seconds=1))
        (done,) = list_changes(session, now=end)

    assert (running.state, done.state) == (ChangeState.RUNNING, ChangeState.DONE)
    assert (running.title, running.announced_at) == ("Second", NINE)


def release(engine: Engine, ref: str, planned_on: date, **values: Any) -> None:
    with unit_of_work(engine) as session:
        add_release(session, ref=ref, name=ref, planned_on=planned_on, now=NINE, **values)


def test_the_last_and_the_next_release_are_told_apart(engine: Engine) -> None:
    live = {"state": ReleaseState.LIVE, "live_at": NINE}
    release(
        engine, "march", date(2018, 3, 16), state=ReleaseState.LIVE, live_at=NINE - timedelta(24)
    )
    release(engine, "april", date(2018, 4, 4), **live)
    release(engine, "back", date(2018, 4, 5), state=ReleaseState.ROLLED_BACK, live_at=NINE)
    release(engine, "may", date(2018, 5, 20), is_month_only=True)
    release(engine, "june", date(2018, 6, 1))
    with read_only(engine) as session:
        last, coming = get_last_release(session), get_next_release(session)
        names = [one.ref for one in list_releases(session)]

    assert last is not None
    assert coming is not None
    assert (last.ref, coming.ref, coming.planned_words) == ("april", "may", "May 2018")
    assert names == ["june", "may", "back", "april", "march"]


def test_a_releases_notes_are_features_and_fixes(engine: Engine) -> None:
    items = [ReleaseItem(ItemKind.FEATURE, "Unlock"), ReleaseItem(ItemKind.FIX, "Sorting")]
    release(engine, "april", date(2018, 4, 4), items=items)
    with read_only(engine) as session:
        (april,) = list_releases(session)

    assert (april.features, april.fixes) == (("Unlock",), ("Sorting",))
    assert april.planned_words == "4 April 2018"
