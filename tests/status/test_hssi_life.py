"""The life of an HSSI raised here, from its first text to its review, on both databases."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.hssis.aftermath import add_note, reopen_hssi, review_hssi, take_down
from lamppost.status.hssis.drafting import next_ref, write_update
from lamppost.status.hssis.tables import HssiInterval, HssiRecord
from lamppost.status.hssis.texts import (
    ChangedMeanwhileError,
    HssiError,
    HssiKind,
    HssiState,
    fill_fields,
    list_fields,
)
from lamppost.status.reads import (
    get_service_status,
    list_intervals,
    list_recent_hssis,
    list_status_events,
)
from postmaster.access.acting import RefusedError
from postmaster.audit.tables import AuditEntry
from status_desk import ANN, BEN, DAY, HOUR, MINUTE, READER, Desk, a_text
from status_rows import NINE, hssi_row, storing


def spans(session: Session) -> list[tuple[str, str, datetime, datetime | None]]:
    rows = session.execute(
        select(
            HssiInterval.component,
            HssiInterval.state,
            HssiInterval.started_at,
            HssiInterval.ended_at,
        ).order_by(HssiInterval.interval_id)
    )
    return [(slug, state, start, end) for slug, state, start, end in rows]


def test_raised_updated_and_resolved_it_keeps_every_text(each_desk: Desk) -> None:
    each_desk.put_up()
    each_desk.update(now=NINE + MINUTE, state=HssiState.IDENTIFIED, summary="A queue is stuck.")
    each_desk.resolve(now=NINE + HOUR, summary="The queue is gone.")

    found = each_desk.public()

    assert (found.state, found.resolved_at) == ("resolved", NINE + HOUR)
    assert [(one.number, one.state, one.summary) for one in found.updates] == [
        (1, "investigating", "Mail from outside is late. Send nothing twice."),
        (2, "identified", "A queue is stuck."),
        (3, "resolved", "The queue is gone."),
    ]
    assert "Resolved on 9 April 2018" in found.updates[2].words


def test_severity_is_never_typed_and_a_downgrade_stays_in_the_history(desk: Desk) -> None:
    desk.put_up(a_text(impact=1, urgency=4))
    desk.update(now=NINE + MINUTE, impact=3, urgency=2)

    found = desk.public()

    assert (found.severity, [one.severity for one in found.updates]) == (3, [2, 3])
    assert "Severity changed from 2 to 3." in found.updates[1].words


def test_updates_move_components_by_intervals(each_desk: Desk) -> None:
    each_desk.put_up(a_text(components=("c0", "c1")))
    each_desk.update(now=NINE + 10 * MINUTE, components=("c1", "c3"))
    each_desk.resolve(now=NINE + HOUR)

    assert each_desk.ask(spans) == [
        ("c0", "degraded", NINE, NINE + 10 * MINUTE),
        ("c1", "degraded", NINE, NINE + HOUR),
        ("c3", "degraded", NINE + 10 * MINUTE, NINE + HOUR),
    ]
    public = each_desk.ask(list_intervals, first=NINE + 30 * MINUTE, last=NINE + DAY)
    assert [one.component for one in public] == ["c1", "c3"]


def test_a_severity_change_begins_a_new_interval_and_keeps_the_old_one(desk: Desk) -> None:
    desk.put_up(a_text(impact=1, urgency=4))
    desk.update(now=NINE + MINUTE, impact=1, urgency=1, by=ANN)
    draft = desk.draft_id()
    desk.approve(draft, now=NINE + 2 * MINUTE)

    assert desk.ask(spans) == [
        ("c0", "degraded", NINE, NINE + 2 * MINUTE),
        ("c0", "partial", NINE + 2 * MINUTE, None),
    ]


def test_an_update_of_a_resolved_one_is_refused_and_says_how_to_go_on(desk: Desk) -> None:
    desk.put_up()
    desk.resolve(now=NINE + HOUR)

    with pytest.raises(HssiError, match="Reopen it"):
        desk.update(now=NINE + 2 * HOUR, state=HssiState.MONITORING)

    assert len(desk.public().updates) == 2


def test_reopened_it_counts_how_often_and_begins_new_intervals(desk: Desk) -> None:
    desk.put_up()
    desk.resolve(now=NINE + HOUR)
    again = NINE + 3 * HOUR
    due = {"next_update_due_at": again + HOUR}
    desk.do(reopen_hssi, ref="INC1", summary="Late again.", **due, now=again)

    found = desk.public()

    assert (found.is_open, found.reopened, found.updates[-1].words[:13]) == (
        True, 1, "Opened again.",
    )  # fmt: skip
    assert [span[2:] for span in desk.ask(spans)] == [(NINE, NINE + HOUR), (again, None)]
    with pytest.raises(HssiError, match="is open"):
        desk.do(reopen_hssi, ref="INC1", summary="Again.", **due, now=again)


def test_of_two_who_write_at_once_the_second_is_told_and_nothing_is_stored(desk: Desk) -> None:
    desk.put_up()

    def seen(session: Session) -> int:
        return session.get_one(HssiRecord, "INC1").version

    version = desk.ask(seen)
    later = {"now": NINE + MINUTE, "ref": "INC1", "seen_version": version}
    desk.do(write_update, text=a_text(summary="Ann's."), **later)
    with pytest.raises(ChangedMeanwhileError, match="Your text is kept"):
        desk.do(write_update, text=a_text(summary="Ben's."), **{**later, "by": BEN})

    assert [one.summary for one in desk.public().updates][1:] == ["Ann's."]


def test_the_next_update_is_due_and_then_overdue_and_the_page_is_made_anew_then(
    desk: Desk,
) -> None:
    desk.put_up(a_text(next_update_due_at=NINE + 20 * MINUTE))

    found = desk.public()
    status = desk.ask(get_service_status, now=NINE)

    assert not found.is_overdue(NINE + 19 * MINUTE)
    assert found.is_overdue(NINE + 20 * MINUTE)
    assert status.fresh_until <= NINE + 20 * MINUTE


@pytest.mark.parametrize(
    ("values", "words", "field"),
    [
        ({"title": " "}, "title", "title"),
        ({"title": "x" * 301}, "too long", "title"),
        ({"summary": ""}, "what readers should know", "summary"),
        ({"summary": "Use [[Workaround]]."}, "Fill in: Workaround", "summary"),
        ({"impact": 6}, "1 to 5", "impact"),
        ({"components": ("nowhere",)}, "nowhere", "components"),
        ({"next_update_due_at": None}, "when the next update", "next_update_due_at"),
        ({"next_update_due_at": NINE}, "later than now", "next_update_due_at"),
    ],
)
def test_a_text_that_cannot_be_is_refused_with_its_field(
    desk: Desk, values: dict[str, object], words: str, field: str
) -> None:
    with pytest.raises(HssiError, match=words) as caught:
        desk.put_up(a_text(**values))

    assert caught.value.field == field
    assert desk.ask(list_recent_hssis, now=NINE) == ()


@pytest.mark.parametrize("ref", ["", "a b", "x/y", "-x", "x" * 65, "INC1"])
def test_a_reference_is_fit_for_an_address_and_used_once(desk: Desk, ref: str) -> None:
    desk.put_up()
    with pytest.raises(HssiError) as caught:
        desk.put_up(ref=ref)

    assert caught.value.field == "ref"


def test_a_reference_is_offered_by_the_day(desk: Desk) -> None:
    desk.put_up(ref="HSSI-20180409-1")

    assert desk.ask(next_ref, now=NINE) == "HSSI-20180409-2"
    assert desk.ask(next_ref, now=NINE + DAY) == f"HSSI-{london_date(NINE + DAY):%Y%m%d}-1"


def test_only_those_the_matrix_names_may_write(desk: Desk) -> None:
    with pytest.raises(RefusedError):
        desk.put_up(by=READER)


def test_what_the_log_owns_is_noted_upon_and_not_changed(each_desk: Desk) -> None:
    storing(each_desk.engine)(records=[hssi_row()])

    with pytest.raises(HssiError, match="comes from the log"):
        each_desk.do(write_update, ref="INC1", seen_version=1, text=a_text())
    each_desk.do(add_note, ref="INC1", note="Faxes work.", now=NINE + MINUTE)
    storing(each_desk.engine)(
        records=[hssi_row(state="identified", updated_at=NINE + HOUR)], now=NINE + HOUR
    )

    found = each_desk.public()
    assert (found.overlay, found.state) == ("Faxes work.", "identified")
    assert [one.number for one in found.updates] == [1, 2, 3]
    assert found.updates[1].summary == "Faxes work."


def test_the_log_cannot_take_over_what_was_raised_here(desk: Desk) -> None:
    desk.put_up()
    stored = storing(desk.engine)(records=[hssi_row(summary="Other.")])

    assert (stored.hssis.quarantined, desk.public().summary) == (1, a_text().summary)


def test_a_review_comes_after_and_stays_beside_what_was_said(desk: Desk) -> None:
    desk.put_up()
    with pytest.raises(HssiError, match="once it is resolved"):
        desk.do(review_hssi, ref="INC1", review="Why.")
    desk.resolve(now=NINE + HOUR, summary="Over.")
    desk.do(review_hssi, ref="INC1", review="A disk was full.", now=NINE + DAY)
    desk.do(review_hssi, ref="INC1", review="Two disks were full.", now=NINE + 2 * DAY)

    found = desk.public()

    assert (found.review, found.summary) == ("Two disks were full.", "Over.")
    assert [(one.words, one.summary) for one in found.updates[2:]] == [
        ("Review.", "A disk was full."),
        ("Review amended.", "Two disks were full."),
    ]


def test_a_security_notice_stays_past_the_seven_days_until_it_is_taken_down(
    each_desk: Desk,
) -> None:
    each_desk.put_up(a_text(title="Malware from a false sender"), kind=HssiKind.SECURITY)
    each_desk.put_up(ref="INC2")
    each_desk.resolve(now=NINE + HOUR)
    each_desk.resolve(ref="INC2", now=NINE + HOUR)
    later = NINE + 200 * DAY

    assert [one.ref for one in each_desk.ask(list_recent_hssis, now=later)] == ["INC1"]
    each_desk.do(take_down, ref="INC1", now=later)
    assert each_desk.ask(list_recent_hssis, now=later) == ()
    assert each_desk.public().title == "Malware from a false sender"


def test_the_feed_has_each_text_once_and_the_audit_its_digest(desk: Desk) -> None:
    desk.put_up()
    desk.update(now=NINE + MINUTE, summary="Still late.")
    desk.resolve(now=NINE + HOUR)

    names = [event.tag_name for event in desk.ask(list_status_events)]

    def audited(session: Session) -> int:
        rows = session.scalars(
            select(AuditEntry.changes).where(AuditEntry.changes.contains("text_sha256"))
        )
        return len(rows.all())

    assert names == ["hssi/INC1/3", "hssi/INC1/2", "hssi/INC1/1"]
    assert desk.ask(audited) == 3


def test_a_templates_fields_are_filled_or_asked_for() -> None:
    words = "Effect: [[Impact]]. Meanwhile: [[Workaround]]. [[Impact]]!"

    assert list_fields(words) == ("Impact", "Workaround")
    half = fill_fields(words, {"Impact": "mail is late", "Workaround": " "})
    assert half == "Effect: mail is late. Meanwhile: [[Workaround]]. mail is late!"
    assert list_fields(half) == ("Workaround",)


def test_intervals_follow_a_log_that_corrects_when_it_began_and_ended(desk: Desk) -> None:
    store = storing(desk.engine)
    store(records=[hssi_row(raised_at=NINE)])
    over: dict[str, Any] = {"resolved_at": NINE + HOUR, "state": "resolved"}
    store(records=[hssi_row(**over, updated_at=NINE + HOUR)], now=NINE + HOUR)
    moved = {**over, "raised_at": NINE - HOUR, "resolved_at": NINE + MINUTE}
    store(records=[hssi_row(**moved, updated_at=NINE + 2 * HOUR)], now=NINE + 2 * HOUR)

    assert [span[2:] for span in desk.ask(spans)] == [(NINE - HOUR, NINE + MINUTE)]
