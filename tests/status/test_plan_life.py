"""Windows, changes, releases and known issues as operators keep them, and what each switches."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lamppost.sample.organisations import add_organisations
from lamppost.status.actions import import_windows
from lamppost.status.notices import ChangeState, ItemKind, ReleaseItem, ReleaseState, WindowState
from lamppost.status.plans.changes import (
    alter_change,
    cancel_change,
    record_change_outcome,
    schedule_change,
)
from lamppost.status.plans.history import list_history
from lamppost.status.plans.issues import (
    alter_issue,
    close_issue,
    get_known_issue,
    list_known_issues,
    open_issue,
    reopen_issue,
    review_issue,
)
from lamppost.status.plans.notice import weigh_notice
from lamppost.status.plans.participation import (
    count_joining,
    list_participation,
    say_participation,
)
from lamppost.status.plans.recurrence import Recurrence
from lamppost.status.plans.releases import alter_release, go_live, plan_release, roll_back
from lamppost.status.plans.series import end_series, schedule_ahead, start_series
from lamppost.status.plans.texts import (
    ChangeText,
    ConflictsError,
    IssueText,
    PlanChangedError,
    PlanError,
    ReleaseText,
    WindowText,
)
from lamppost.status.plans.windows import (
    alter_window,
    announce_window,
    cancel_window,
    record_outcome,
)
from lamppost.status.reads import (
    get_window,
    list_changes,
    list_releases,
    list_status_events,
    list_windows,
)
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.access.tables import ScopeLink
from postmaster.blackouts.reads import list_holding, list_periods
from postmaster.blackouts.rules import Hold
from postmaster.features.reads import was_live
from postmaster.features.rules import Feature
from probes.reading import BcdrWindow
from status_desk import ANN, BEN, DAY, HOUR, READER, Desk
from status_rows import NINE

TEST = WindowText(
    "BCDR test", date(2018, 9, 21), date(2018, 9, 30), "No impact.", expects_impact=False
)
WORK = ChangeText("Work", NINE + DAY, NINE + DAY + HOUR, effects={"c0": "down", "c1": "none"})
APRIL = ReleaseText(
    "April release", date(2018, 4, 1), summary="Notes.", is_month_only=True,
    items=(ReleaseItem(ItemKind.FEATURE, "Unlock"), ReleaseItem(ItemKind.FIX, "Sorting")),
    switches=(Feature.SSPR_UNLOCKS.value,),
)  # fmt: skip
ISSUE = IssueText("Slow search", "Portal", "Search takes minutes.", "Search by address.")
LA = Actor(ActorKind.PERSON, "la", (Grant(Role.LOCAL_ADMINISTRATOR, "RX1"),), "RX1")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DURING = utc("2018-09-25T12:00")


def said(desk: Desk, kind: str, ref: str) -> list[str]:
    return [one.words for one in desk.ask(list_history, kind=kind, ref=ref)]


def test_batches_hold_for_the_ten_days_of_the_test_and_not_a_minute_more(each_desk: Desk) -> None:
    desk = each_desk
    desk.do(announce_window, ref="T1", text=TEST)

    for moment, is_held in (
        ("2018-09-20T22:59", False),
        ("2018-09-20T23:00", True),
        ("2018-09-30T22:59", True),
        ("2018-09-30T23:00", False),
    ):
        assert bool(desk.ask(list_holding, at=utc(moment))) is is_held, moment
    # Nobody will notice this test, so no day of a notice is lost by it.
    assert not desk.ask(list_holding, at=DURING, what=Hold.NOTICE_DAYS)


def test_a_test_readers_will_notice_takes_days_of_notices_as_well(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=replace(TEST, expects_impact=True))

    assert desk.ask(list_holding, at=DURING, what=Hold.NOTICE_DAYS)


def test_a_window_that_began_keeps_its_first_day_and_may_be_extended(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    given: dict[str, Any] = {"ref": "T1", "seen_version": 1, "now": DURING}

    with pytest.raises(PlanError, match="It began on 21 September 2018") as caught:
        desk.do(alter_window, **given, text=replace(TEST, starts_on=date(2018, 9, 26)))
    assert caught.value.field == "starts_on"
    with pytest.raises(PlanError, match="before today"):
        desk.do(alter_window, **given, text=replace(TEST, ends_on=date(2018, 9, 24)))
    desk.do(alter_window, **given, text=replace(TEST, ends_on=date(2018, 10, 2)))

    found = desk.ask(get_window, "T1", now=utc("2018-10-01T12:00"))
    assert found is not None
    assert (found.state, found.sequence) == (WindowState.OVERRUN, 1)
    assert desk.ask(list_holding, at=utc("2018-10-02T12:00"))
    assert said(desk, "window", "T1") == [
        "Announced for 21 to 30 September 2018.",
        "Extended from 21 to 30 September 2018 to 21 September to 2 October 2018.",
    ]


def test_of_two_who_alter_one_window_the_second_is_told(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    desk.do(alter_window, ref="T1", seen_version=1, text=replace(TEST, title="Ann's"))

    with pytest.raises(PlanChangedError):
        desk.do(alter_window, ref="T1", seen_version=1, text=TEST, by=BEN)


def test_a_cancelled_window_stays_to_be_seen_and_holds_nothing(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    with pytest.raises(PlanError, match="Say why"):
        desk.do(cancel_window, ref="T1", why=" ")
    desk.do(cancel_window, ref="T1", why="Storms")

    (found,) = desk.ask(list_windows, now=NINE)
    assert found.state is WindowState.CANCELLED
    assert desk.ask(list_periods, since=NINE) == ()
    (event,) = desk.ask(list_status_events)
    assert event.title.startswith("Cancelled:")


def test_cancelled_while_it_ran_it_held_until_then(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    desk.do(cancel_window, ref="T1", why="Storms", now=DURING)

    (held,) = desk.ask(list_periods, since=NINE)
    assert held.interval.until_at == DURING


def test_an_outcome_is_recorded_once_it_has_begun(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    with pytest.raises(PlanError, match="has not begun"):
        desk.do(record_outcome, ref="T1", outcome="Fine")
    desk.do(record_outcome, ref="T1", outcome="Moved in 40 minutes.", now=utc("2018-10-03T09:00"))

    (found,) = desk.ask(list_windows, now=utc("2018-10-03T09:00"))
    assert (found.outcome, found.state) == ("Moved in 40 minutes.", WindowState.DONE)


def test_windows_that_overlap_stand_only_with_a_reason(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    with pytest.raises(ConflictsError, match="the BCDR test BCDR test") as caught:
        desk.do(announce_window, ref="T2", text=replace(TEST, starts_on=date(2018, 9, 30)))
    assert len(caught.value.conflicts) == 1
    desk.do(announce_window, ref="T2", text=TEST, despite="Both sites at once")
    desk.do(announce_window, ref="T3", text=replace(
        TEST, starts_on=date(2018, 10, 1), ends_on=date(2018, 10, 2)))  # fmt: skip

    assert said(desk, "window", "T2")[0].endswith("overlaps: Both sites at once")


@pytest.mark.parametrize(
    ("other", "is_in_the_way"),
    [
        (ChangeText("Freeze", NINE, NINE + 3 * DAY, "freeze"), True),
        (replace(WORK, title="Same part", effects={"c0": "slow"}), True),
        (replace(WORK, title="Another part", effects={"c3": "slow"}), False),
        (replace(WORK, starts_at=WORK.ends_at, ends_at=WORK.ends_at + HOUR), False),
    ],
)
def test_a_change_runs_into_freezes_and_changes_to_the_same_part(
    desk: Desk, other: ChangeText, is_in_the_way: object
) -> None:
    desk.do(schedule_change, ref="C1", text=other)
    if is_in_the_way:
        with pytest.raises(ConflictsError):
            desk.do(schedule_change, ref="C2", text=WORK)
    else:
        desk.do(schedule_change, ref="C2", text=WORK)


def test_a_change_runs_into_a_test_and_a_test_into_a_change(desk: Desk) -> None:
    desk.do(announce_window, ref="T1", text=TEST)
    during = replace(WORK, starts_at=DURING, ends_at=DURING + HOUR)
    with pytest.raises(ConflictsError):
        desk.do(schedule_change, ref="C1", text=during)
    desk.do(cancel_window, ref="T1", why="Storms")
    desk.do(schedule_change, ref="C1", text=during)
    with pytest.raises(ConflictsError, match="the change Work"):
        desk.do(announce_window, ref="T2", text=TEST)


def test_a_change_tells_its_effect_on_each_part(each_desk: Desk) -> None:
    desk = each_desk
    desk.do(schedule_change, ref="C1", text=WORK)

    (found,) = desk.ask(list_changes, now=NINE)

    assert (found.components, found.impacted) == (("c0", "c1"), ("c0",))
    assert (found.effects, found.has_impact) == ({"c0": "down", "c1": "none"}, True)


def test_a_change_is_moved_cancelled_and_closed_and_begun_it_keeps_its_beginning(
    desk: Desk,
) -> None:
    desk.do(schedule_change, ref="C1", text=WORK)
    later = replace(WORK, starts_at=WORK.starts_at + HOUR, ends_at=WORK.ends_at + HOUR)
    desk.do(alter_change, ref="C1", seen_version=1, text=later, now=NINE + HOUR)
    running = later.starts_at + timedelta(minutes=5)
    given: dict[str, Any] = {"ref": "C1", "seen_version": 2, "now": running}

    with pytest.raises(PlanError, match="It began on"):
        desk.do(alter_change, **given, text=WORK)
    desk.do(alter_change, **given, text=replace(later, ends_at=later.ends_at + HOUR))
    desk.do(record_change_outcome, ref="C1", outcome="Done.", now=running)
    desk.do(cancel_change, ref="C1", why="Enough", now=running)

    (found,) = desk.ask(list_changes, now=running)
    assert (found.state, found.outcome) == (ChangeState.CANCELLED, "Done.")
    assert found.dates_announced_at == NINE + HOUR
    with pytest.raises(PlanError, match="is over"):
        desk.do(cancel_change, ref="C1", why="Again", now=running)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"ends_at": NINE + DAY}, {"effects": {"nowhere": "down"}},
        {"effects": {"c0": "broken"}}, {"kind": "party"},
        {"starts_at": NINE - DAY, "ends_at": NINE},
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        desk.do(schedule_change, ref="C1", text=replace(WORK, **wrong))


def test_a_series_fills_the_schedule_and_what_was_moved_by_hand_stays(each_desk: Desk) -> None:
    desk = each_desk
    weekly = Recurrence(date(2018, 4, 10), time(22), time(23), "FREQ=WEEKLY")
    assert desk.do(start_series, ref="S", recurrence=weekly, text=WORK) == 9
    desk.do(cancel_change, ref="S-20180417", why="Holiday")
    with desk.writing() as session:
        assert schedule_ahead(session, now=NINE) == 0
        assert schedule_ahead(session, now=NINE + 7 * DAY) == 1
        assert schedule_ahead(session, now=NINE + 7 * DAY) == 0

    found = {one.ref: one for one in desk.ask(list_changes, now=NINE)}
    assert len(found) == 10
    assert found["S-20180417"].state is ChangeState.CANCELLED
    assert desk.do(end_series, ref="S", now=NINE + 9 * DAY) == 8
    with desk.writing() as session:
        assert schedule_ahead(session, now=NINE + 30 * DAY) == 0
    with pytest.raises(PlanError, match="that goes on"):
        desk.do(end_series, ref="S")


def test_a_release_switches_its_features_by_the_moment_of_the_event(each_desk: Desk) -> None:
    desk = each_desk
    live, back = NINE + HOUR, NINE + 3 * HOUR
    desk.do(plan_release, ref="R1", text=APRIL)

    def is_live(at: datetime) -> bool:
        return bool(desk.ask(was_live, feature=Feature.SSPR_UNLOCKS, at=at))

    assert not is_live(live)
    with pytest.raises(PlanError, match="later than now"):
        desk.do(go_live, ref="R1", live_at=live)
    desk.do(go_live, ref="R1", live_at=live, now=live)
    assert (is_live(live - HOUR), is_live(live), is_live(back)) == (False, True, True)
    with pytest.raises(PlanError, match="Say why"):
        desk.do(roll_back, ref="R1", rolled_back_at=back, why="", now=back)
    desk.do(roll_back, ref="R1", rolled_back_at=back, why="Locked people out", now=back)
    assert (is_live(live), is_live(back)) == (True, False)

    (found,) = desk.ask(list_releases)
    assert (found.state, found.rolled_back_at) == (ReleaseState.ROLLED_BACK, back)
    assert said(desk, "release", "R1")[0] == "Planned for April 2018."
    with pytest.raises(PlanError, match="was rolled back"):
        desk.do(go_live, ref="R1", live_at=live, now=back)


def test_the_moment_of_a_go_live_is_corrected_and_the_features_follow(desk: Desk) -> None:
    desk.do(plan_release, ref="R1", text=APRIL)
    desk.do(go_live, ref="R1", live_at=NINE)
    desk.do(go_live, ref="R1", live_at=NINE - HOUR)

    assert desk.ask(was_live, feature=Feature.SSPR_UNLOCKS, at=NINE - HOUR)
    assert said(desk, "release", "R1")[-1].startswith("Corrected: live since")


def test_a_release_that_slips_says_so_and_so_does_an_item(desk: Desk) -> None:
    desk.do(plan_release, ref="R1", text=APRIL)
    exact = replace(APRIL, planned_on=date(2018, 4, 20), is_month_only=False)
    desk.do(alter_release, ref="R1", seen_version=1, text=exact)
    late = replace(exact, planned_on=date(2018, 5, 4), items=APRIL.items[1:])
    desk.do(alter_release, ref="R1", seen_version=2, text=late)

    assert said(desk, "release", "R1")[1:] == [
        "Set from April 2018 to 20 April 2018.",
        "Slipped from 20 April 2018 to 4 May 2018. Taken out: Unlock",
    ]
    desk.do(go_live, ref="R1", live_at=NINE)
    with pytest.raises(PlanError, match="its day is history"):
        desk.do(alter_release, ref="R1", seen_version=4, text=APRIL)
    with pytest.raises(PlanError, match="what it switched"):
        desk.do(alter_release, ref="R1", seen_version=4, text=replace(late, switches=()))
    with pytest.raises(PlanError, match="not one the service knows"):
        desk.do(plan_release, ref="R2", text=replace(APRIL, switches=("magic",)))


def test_a_known_issue_is_opened_reviewed_closed_and_opened_again(each_desk: Desk) -> None:
    desk = each_desk
    desk.do(open_issue, ref="K1", text=ISSUE)
    stale = (NINE + 31 * DAY).date()
    (found,) = desk.ask(list_known_issues, now=NINE)
    assert (found.wants_review(stale), found.review_by) == (True, date(2018, 5, 9))
    desk.do(review_issue, ref="K1", now=NINE + 30 * DAY)
    desk.do(alter_issue, ref="K1", seen_version=2, text=replace(ISSUE, workaround="None."))
    with pytest.raises(PlanChangedError):
        desk.do(alter_issue, ref="K1", seen_version=2, text=ISSUE)
    desk.do(close_issue, ref="K1", fixed_in="R1", now=NINE + 40 * DAY)
    with pytest.raises(PlanError, match="is closed"):
        desk.do(alter_issue, ref="K1", seen_version=4, text=ISSUE)

    (closed,) = desk.ask(list_known_issues, now=NINE, is_open=False)
    assert (closed.closed_on, closed.fixed_in) == (date(2018, 5, 19), "R1")
    assert desk.ask(list_known_issues, now=NINE) == ()
    desk.do(reopen_issue, ref="K1", now=NINE + 41 * DAY)
    again = desk.ask(get_known_issue, "K1", now=NINE)
    assert again is not None
    assert (again.closed_on, again.fixed_in, again.version) == (None, None, 5)
    assert said(desk, "known-issue", "K1")[-2:] == ["Closed: mended in R1.", "Opened again."]


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"product": " "}, {"summary": " "}, {"opened_on": date(2018, 4, 10)}],
)
def test_a_known_issue_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        desk.do(open_issue, ref="K1", text=replace(ISSUE, **wrong))


@pytest.mark.parametrize(
    ("announced_at", "given", "is_met"),
    [
        ("2018-08-24T22:59", 28, True),
        ("2018-08-24T23:00", 27, False),
        ("2018-09-22T12:00", -1, False),
    ],
)
def test_the_notice_is_counted_in_london_days_and_told_as_it_was(
    announced_at: str, given: int, is_met: object
) -> None:
    notice = weigh_notice(
        announced_at=utc(announced_at), starts_on=date(2018, 9, 21), promised_days=28
    )

    assert (notice.given_days, notice.is_met) == (given, is_met)
    assert ("after it began" in notice.words) is (given < 0)


def test_an_organisation_says_for_itself_whether_it_takes_part(desk: Desk) -> None:
    with desk.writing() as session:
        add_organisations(session, now=NINE)
        session.merge(ScopeLink(above="RX1", below="RX1"))
    desk.do(announce_window, ref="T1", text=TEST)
    given: dict[str, Any] = {"uid": "T1", "by": LA}
    desk.do(say_participation, **given, organisation="RX1", joins=True, note="Two wards")
    desk.do(say_participation, **given, organisation="RX1", joins=False)
    desk.do(say_participation, uid="T1", organisation="RX2", joins=True, by=ANN)
    with pytest.raises(RefusedError):
        desk.do(say_participation, **given, organisation="RX2", joins=True)
    with pytest.raises(RefusedError):
        desk.do(announce_window, ref="T9", text=TEST, by=READER)
    with pytest.raises(PlanError, match="is over"):
        desk.do(
            say_participation, **given, organisation="RX1", joins=True, now=utc("2018-10-01T09:00")
        )

    found = desk.ask(list_participation, "T1")
    assert [(one.organisation, one.joins) for one in found] == [("RX1", False), ("RX2", True)]
    assert desk.ask(count_joining) == {"T1": 1}


def an_event(uid: str) -> BcdrWindow:
    return BcdrWindow(
        uid=uid, sequence=0, title=f"Test {uid}", starts_on=TEST.starts_on, ends_on=TEST.ends_on,
        cancelled=False, summary="", location="", url="", updated_at=NINE,
    )  # fmt: skip


def bring(desk: Desk, *windows: BcdrWindow, now: datetime = NINE) -> int:
    def take(session: Session) -> int:
        return import_windows(session, windows=windows, now=now, source="cal", is_whole=True)

    with desk.writing() as session:
        return take(session)


def test_a_calendar_imported_twice_and_then_with_one_event_removed(each_desk: Desk) -> None:
    desk = each_desk
    one, two = (an_event(uid) for uid in ("a", "b"))
    assert [bring(desk, one, two), bring(desk, one, two, now=NINE + HOUR)] == [2, 0]
    assert bring(desk, one, now=NINE + 2 * HOUR) == 0

    missing = {row.uid: row.missing_since for row in desk.ask(list_windows, now=NINE)}
    assert missing == {"a": None, "b": NINE + 2 * HOUR}
    # It stands, and holds, until somebody says that it is off: a file may be cut short.
    assert len(desk.ask(list_holding, at=DURING)) == 2
    bring(desk, now=NINE + 3 * HOUR)
    bring(desk, one, two, now=NINE + 4 * HOUR)
    assert {row.missing_since for row in desk.ask(list_windows, now=NINE)} == {None}


def test_a_test_the_calendar_puts_off_once_begun_held_until_then(desk: Desk) -> None:
    first = an_event("a")
    bring(desk, first)
    later = replace(first, sequence=1, starts_on=date(2018, 10, 5), ends_on=date(2018, 10, 6))
    bring(desk, later, now=DURING)

    periods = [one.interval for one in desk.ask(list_periods, since=NINE)]
    assert [(one.from_at, one.until_at) for one in periods] == [
        (utc("2018-09-20T23:00"), DURING),
        (utc("2018-10-04T23:00"), utc("2018-10-06T23:00")),
    ]
