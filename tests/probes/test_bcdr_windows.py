"""BCDR windows from a calendar: whole London days, both ends inclusive."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lamppost.clock import FixedClock
from memory_journal import MemoryJournal
from probes.bcdr_calendar import read_calendar
from probes.bcdr_windows import probe
from probes.faults import TargetFailedError
from probes.reading import Outcome, Target

DAYS = ("UID:a", "DTSTART;VALUE=DATE:20180921", "DTEND;VALUE=DATE:20181001", "SUMMARY:BCDR test")


def calendar(*events: tuple[str, ...], head: tuple[str, ...] = ()) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *head]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def test_an_exclusive_end_day_becomes_an_inclusive_one() -> None:
    (window,), quarantined = read_calendar(calendar(DAYS), "ics")

    assert quarantined == []
    assert (window.starts_on, window.ends_on) == (date(2018, 9, 21), date(2018, 9, 30))
    assert (window.title, window.cancelled, window.sequence) == ("BCDR test", False, 0)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("DTSTART;VALUE=DATE:20180921", "DTEND;VALUE=DATE:20180922", (21, 21)),
        ("DTSTART;VALUE=DATE:20180921", "DTEND;VALUE=DATE:20180921", (21, 21)),
        ("DTSTART;VALUE=DATE:20180921", "DURATION:P10D", (21, 30)),
        ("DTSTART;VALUE=DATE:20180921", "COMMENT:no end", (21, 21)),
        ("DTSTART:20180920T230000Z", "DTEND:20180930T230000Z", (21, 30)),
        ("DTSTART:20180920T225959Z", "DTEND:20180930T230001Z", (20, 1)),
        ("DTSTART:20180921T000000", "DTEND:20181001T000000", (21, 30)),
        ("DTSTART;TZID=Europe/London:20180921T090000", "DURATION:PT8H", (21, 21)),
        ("DTSTART;TZID=GMT Standard Time:20180921T0900", "COMMENT:no end", None),
        ("DTSTART;TZID=America/New_York:20180920T200000", "DTEND:20180921T010000Z", (21, 21)),
        ("DTSTART:20180921T090000Z", "DTEND:20180921T090000Z", (21, 21)),
    ],
)
def test_moments_become_the_london_days_they_touch(
    start: str, end: str, days: tuple[int, int] | None
) -> None:
    windows, quarantined = read_calendar(calendar(("UID:a", start, end)), "ics")

    found = [(window.starts_on.day, window.ends_on.day) for window in windows]

    assert found == ([] if days is None else [days])
    assert len(quarantined) == (days is None)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (DAYS[1:], "no UID"),
        (("UID:a", "SUMMARY:x"), "no DTSTART"),
        (("UID:a", "DTSTART;VALUE=DATE:2018xx21"), "Wrong date format"),
        ((*DAYS[:2], "DTEND;VALUE=DATE:20180920"), "ends .2018-09-20. before it starts"),
        (("UID:a", "DTSTART:20180921T090000Z", "DTEND:20180921T080000Z"), "before it starts"),
        ((*DAYS[:2], "DTEND:20180930T090000Z"), "must both be days, or both be times"),
        (("UID:a", "DTSTART;TZID=Mars/Base:20180921T090000"), "Mars/Base, which is not known"),
        ((*DAYS, "RRULE:FREQ=YEARLY"), "repeats .RRULE."),
        ((*DAYS, "SEQUENCE:x"), "SEQUENCE|int"),
        ((*DAYS[:2], "DURATION:P9999999999D"), "beyond the calendar|DURATION|duration"),
    ],
)
def test_a_wrong_entry_is_put_aside_with_its_line(event: tuple[str, ...], reason: str) -> None:
    good = ("UID:good", *DAYS[1:])

    (window,), (quarantined,) = read_calendar(calendar(good, event), "ics")

    assert window.uid == "good"
    assert quarantined.line == 10
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(quarantined.reason)


def test_a_cancelled_entry_is_a_cancelled_window() -> None:
    by_entry, _ = read_calendar(calendar((*DAYS, "STATUS:CANCELLED")), "ics")
    by_calendar, _ = read_calendar(calendar(DAYS, head=("METHOD:CANCEL",)), "ics")

    assert [window.cancelled for window in by_entry + by_calendar] == [True, True]


def test_of_two_entries_with_one_uid_the_higher_sequence_holds() -> None:
    newer = ("UID:a", "DTSTART;VALUE=DATE:20180922", "SEQUENCE:2")

    for events in ((DAYS, newer), (newer, DAYS)):
        (window,), quarantined = read_calendar(calendar(*events), "ics")

        assert (window.starts_on.day, quarantined) == (22, [])


def test_two_entries_with_one_uid_and_sequence_put_the_second_aside() -> None:
    (window,), (quarantined,) = read_calendar(calendar(DAYS, DAYS), "ics")

    assert window.uid == "a"
    assert "stands here twice" in quarantined.reason


def test_when_an_entry_changed_is_known() -> None:
    (window,), _ = read_calendar(calendar((*DAYS, "DTSTAMP:20180409T080000Z")), "ics")

    assert window.updated_at == datetime(2018, 4, 9, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "This is not a calendar"),
        (b"<html>Sign in</html>", "This is not a calendar"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\n", "The calendar cannot be read"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", "The calendar is cut off"),
        (b"BEGIN:VCALENDAR\r\nX-A:\xff\r\n", "not UTF-8 on line 2"),
    ],
)
def test_what_is_no_calendar_is_refused_in_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(TargetFailedError, match=sentence):
        read_calendar(body, "ics")


def test_an_empty_calendar_has_no_windows() -> None:
    assert read_calendar(calendar(), "ics") == ([], [])


def test_the_probe_brings_the_windows_and_reads_an_unchanged_calendar_once(
    tmp_path: Path, clock: FixedClock
) -> None:
    path, journal = tmp_path / "bcdr.ics", MemoryJournal()
    path.write_bytes(calendar(DAYS, DAYS[1:]))
    target = Target("bcdr", {"source": str(path)})

    first = probe(target, journal, timeout=5, clock=clock)
    journal.store(first.readings)
    second = probe(target, journal, timeout=5, clock=clock)

    assert first.readings[0].detail == {"windows": 1, "quarantined": 1}
    assert (len(first.records), second.records, second.is_unmodified) == (2, (), True)


def test_a_calendar_that_is_missing_is_a_failed_reading(tmp_path: Path, clock: FixedClock) -> None:
    target = Target("bcdr", {"source": str(tmp_path / "none.ics")})

    (reading,) = probe(target, MemoryJournal(), timeout=5, clock=clock).readings

    assert reading.outcome is Outcome.FAILED
    assert "No such file" in str(reading.detail["text"])
