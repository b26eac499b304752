"""The HSSI log: what is taken in, what is put aside with its line, what is refused as a whole."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lamppost.clock import FixedClock
from memory_journal import MemoryJournal
from probes.faults import TargetFailedError
from probes.hssi_file import read_log
from probes.hssi_log import probe
from probes.hssi_rows import COLUMNS
from probes.reading import HssiRow, Outcome, QuarantinedRow, Target

GOOD = {
    "ref": "INC1",
    "title": "Relay delays",
    "severity": "2",
    "impact": "1",
    "urgency": "3",
    "components": "Portal; Outlook Web Access",
    "raised_at": "2018-03-12T08:15:00Z",
    "updated_at": "2018-03-12T09:00:00Z",
    "resolved_at": "2018-03-12T10:45:00Z",
    "state": "resolved",
    "summary": "Mail was late, then it was not.",
}
HEADER = ",".join(COLUMNS)


def csv_of(*rows: dict[str, str], header: str = HEADER, end: str = "\n") -> bytes:
    lines = [",".join('"' + row[column] + '"' for column in header.split(",")) for row in rows]
    return (end.join([header, *lines]) + end).encode()


def only_reason(body: bytes) -> QuarantinedRow:
    rows, (quarantined,) = read_log(body, "log")
    assert rows == []
    return quarantined


def test_a_good_row_comes_in_whole() -> None:
    (row,), quarantined = read_log(csv_of(GOOD), "log")

    assert quarantined == []
    assert (row.ref, row.severity, row.state, row.line) == ("INC1", 2, "resolved", 2)
    assert row.components == ("Portal", "Outlook Web Access")
    assert row.resolved_at == datetime(2018, 3, 12, 10, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "resolved_at", "state"),
    [("Open", "", "investigating"), ("closed", "2018-03-12T10:45:00Z", "resolved")],
)
def test_the_words_of_other_logs_for_a_state_are_understood(
    written: str, resolved_at: str, state: str
) -> None:
    (row,), _ = read_log(csv_of({**GOOD, "state": written, "resolved_at": resolved_at}), "log")

    assert row.state == state


def test_columns_may_stand_in_any_order() -> None:
    header = ",".join(reversed(COLUMNS))

    (row,), _ = read_log(csv_of(GOOD, header=header), "log")

    assert row.title == "Relay delays"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_refuses_the_whole_log_and_is_named(column: str) -> None:
    header = ",".join(name for name in COLUMNS if name != column)

    with pytest.raises(TargetFailedError, match=f"no column {column}; nothing of it was taken in"):
        read_log(csv_of(GOOD, header=header), "log")


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("ref", "", "ref is empty."),
        ("title", " ", "title is empty."),
        ("severity", "6", "severity '6' is not a whole number from 1 to 5."),
        ("severity", "0", "severity '0' is not a whole number from 1 to 5."),
        ("severity", "two", "severity 'two' is not a whole number from 1 to 5."),
        ("raised_at", "", "raised_at is empty."),
        ("raised_at", "12/03/2018 08:15", "is not a date and time like 2018-04-09T08:00:00Z."),
        ("raised_at", "2018-03-12", "raised_at '2018-03-12' has no time of day."),
        ("raised_at", "0001-01-01T00:00:00+14:00", "is not a date and time"),
        ("updated_at", "2018-03-12T08:00:00Z", "updated_at lies before raised_at."),
        ("resolved_at", "2018-03-12T08:00:00Z", "resolved_at lies before raised_at."),
        ("resolved_at", "", "state is resolved and resolved_at is empty."),
        ("state", "fixed", "state 'fixed' is none of investigating, identified,"),
        ("state", "monitoring", "resolved_at is given and state is monitoring."),
        ("title", "x" * 301, "title has 301 characters; 300 are allowed."),
        ("summary", "a\x00b", "summary holds a NUL character; take it out."),
    ],
)
def test_a_wrong_cell_puts_its_row_aside_with_line_and_reason(
    column: str, cell: str, reason: str
) -> None:
    quarantined = only_reason(csv_of({**GOOD, column: cell}))

    assert reason in quarantined.reason
    assert (quarantined.line, quarantined.source) == (2, "log")
    assert "\x00" not in quarantined.raw


def test_the_rows_around_a_wrong_one_come_in() -> None:
    first, bad, last = GOOD, {**GOOD, "ref": "INC2", "severity": "9"}, {**GOOD, "ref": "INC3"}

    rows, (quarantined,) = read_log(csv_of(first, bad, last), "log")

    assert [row.ref for row in rows] == ["INC1", "INC3"]
    assert quarantined.line == 3


def test_a_ref_that_stands_twice_keeps_its_first_row() -> None:
    again = {**GOOD, "title": "Other"}

    (row,), (quarantined,) = read_log(csv_of(GOOD, again), "log")

    assert row.title == "Relay delays"
    assert quarantined.reason == "ref INC1 stands on line 2 already."


def test_a_byte_order_mark_crlf_and_quoted_commas_are_read() -> None:
    quoted = {**GOOD, "title": 'Late, ""very"" late', "summary": "two\r\nlines"}
    body = b"\xef\xbb\xbf" + csv_of(quoted, {**GOOD, "ref": "INC2"}, end="\r\n")

    (first, second), quarantined = read_log(body, "log")

    assert quarantined == []
    assert first.title == 'Late, "very" late'
    assert second.line == 4


def test_a_row_that_is_not_utf8_is_put_aside_and_can_be_stored() -> None:
    bad = csv_of({**GOOD, "summary": "it@s late"}).replace(b"@", b"\x92")

    quarantined = only_reason(bad)

    assert quarantined.reason == "summary is not UTF-8 text; save the log as UTF-8."
    quarantined.raw.encode()


def test_a_row_with_an_unquoted_comma_is_put_aside() -> None:
    body = csv_of(GOOD) + b"INC2,Late, very late,2,1,3,Portal,2018-03-12T08:15:00Z,,,x,y\n"

    rows, (quarantined,) = read_log(body, "log")

    assert len(rows) == 1
    assert quarantined.reason.startswith("The row has 12 cells where the header has 11;")


def test_a_quote_left_open_is_put_aside_with_its_line() -> None:
    rows, (quarantined,) = read_log(csv_of(GOOD) + b'INC2,"Late\n', "log")

    assert len(rows) == 1
    assert quarantined.line == 3
    assert "is a quote left open?" in quarantined.reason


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The log is empty"),
        (b"\xef\xbb\xbf \n", "The log is empty"),
        (b"<!doctype html><title>Sign in</title>", "This is a web page, not a log"),
        ("ref,title".encode("utf-16"), "The log is UTF-16; save it as UTF-8."),
        (b"[1, 2", "The log is not JSON"),
        (b'{"rows": []}', "The JSON log is no list of rows"),
        (b'["\xff"]', "The log is not UTF-8 on line 1"),
        (b"[" * 200_000, "The log is not JSON"),
        ((HEADER + ",ref\n").encode(), "The log has the column ref twice"),
    ],
)
def test_what_is_no_log_is_refused_in_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(TargetFailedError, match=sentence):
        read_log(body, "log")


def test_a_log_of_a_header_alone_is_a_log_without_rows() -> None:
    assert read_log(csv_of(), "log") == ([], [])


@pytest.mark.parametrize("key", ["hssis", "incidents"])
def test_json_gives_the_same_row_as_csv(key: str) -> None:
    item = {**GOOD, "severity": 2, "components": ["Portal", "Outlook Web Access"]}
    (from_csv,), _ = read_log(csv_of(GOOD), "log")

    (from_json,), quarantined = read_log(json.dumps({key: [item]}).encode(), "log")

    assert quarantined == []
    assert from_json == HssiRow(
        **{name: getattr(from_csv, name) for name in HssiRow.__slots__ if name != "line"}, line=1
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"severity": True}, "severity is neither a text nor a whole number."),
        ({"title": {"en": "x"}}, "title is neither a text nor a whole number."),
        ({"title": "\ud800"}, "title is not UTF-8 text"),
        ({"title": "\u0000"}, "title holds a NUL character"),
    ],
)
def test_a_wrong_json_value_puts_its_item_aside(change: dict[str, object], reason: str) -> None:
    _, (quarantined,) = read_log(json.dumps([{**GOOD, **change}]).encode(), "log")

    assert reason in quarantined.reason


def test_a_json_item_without_a_column_is_put_aside() -> None:
    short = {key: value for key, value in GOOD.items() if key != "state"} | {"ref": "INC2"}

    rows, (quarantined, text) = read_log(json.dumps([GOOD, short, "x"]).encode(), "log")

    assert len(rows) == 1
    assert (quarantined.line, quarantined.reason) == (2, "The item has no state.")
    assert text.reason == "The item is no object with the log's columns."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2018-04-09 09:00", "2018-04-09T08:00:00+00:00"),
        ("2018-01-09T09:00:00", "2018-01-09T09:00:00+00:00"),
        ("2018-04-09T09:00:00+02:00", "2018-04-09T07:00:00+00:00"),
        ("2018-10-28T01:30:00", "2018-10-28T00:30:00+00:00"),
    ],
)
def test_a_time_without_a_zone_is_london_time_and_the_first_of_two(written: str, read: str) -> None:
    row = {**GOOD, "raised_at": written, "updated_at": "", "resolved_at": "", "state": "monitoring"}

    (taken,), _ = read_log(csv_of(row), "log")

    assert taken.raised_at.isoformat() == read
    assert taken.updated_at == taken.raised_at


def test_an_hour_that_never_happened_is_put_aside() -> None:
    quarantined = only_reason(csv_of({**GOOD, "raised_at": "2018-03-25T01:30:00"}))

    assert "never happened" in quarantined.reason


def test_a_hundred_thousand_rows_pass_in_a_few_seconds() -> None:
    body = csv_of(*({**GOOD, "ref": f"INC{number}"} for number in range(100_000)))
    started = time.perf_counter()

    rows, quarantined = read_log(body, "log")

    assert (len(rows), quarantined) == (100_000, [])
    assert time.perf_counter() - started < 10


def test_an_unchanged_log_is_read_once(tmp_path: Path, clock: FixedClock) -> None:
    path, journal = tmp_path / "hssi.csv", MemoryJournal()
    path.write_bytes(csv_of(GOOD, {**GOOD, "ref": "INC2", "severity": "9"}))
    target = Target("log", {"source": str(path)})

    first = probe(target, journal, timeout=5, clock=clock)
    journal.store(first.readings)
    second = probe(target, journal, timeout=5, clock=clock)

    assert (len(first.records), first.is_unmodified) == (2, False)
    assert first.readings[0].detail == {"rows": 1, "quarantined": 1}
    assert (second.records, second.is_unmodified) == ((), True)
    assert second.readings[0].outcome is Outcome.OK


def test_a_refused_log_fails_at_every_look(tmp_path: Path, clock: FixedClock) -> None:
    path, journal = tmp_path / "hssi.csv", MemoryJournal()
    path.write_bytes(b"ref,title\n1,2\n")

    for _ in range(2):
        result = probe(Target("log", {"source": str(path)}), journal, timeout=5, clock=clock)
        journal.store(result.readings)

        assert result.readings[0].outcome is Outcome.FAILED
        assert (result.records, result.is_unmodified) == ((), False)
