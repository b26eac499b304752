"""The HSSI log is taken in whole or not at all, once, and its history is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import import_hssi_rows
from lamppost.status.hssis.actions import Imported
from lamppost.status.notices import Hssi
from lamppost.status.reads import (
    count_hssis,
    get_hssi,
    list_hssis,
    list_open_hssis,
    list_quarantined,
    list_recent_hssis,
)
from probes.reading import HssiRow, QuarantinedRow
from statements import counted
from status_rows import NINE, Store, define, hssi_row, reading, some

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def take(
    engine: Engine, *rows: HssiRow, quarantined: list[QuarantinedRow] | None = None
) -> Imported:
    with unit_of_work(engine) as session:
        return import_hssi_rows(
            session, rows=rows, source="log", now=NINE, quarantined=quarantined or []
        )


def one(engine: Engine, ref: str = "INC1") -> Hssi:
    with read_only(engine) as session:
        hssi = get_hssi(session, ref)
    assert hssi is not None
    return hssi


@pytest.fixture(autouse=True)
def _known_components(engine: Engine) -> None:
    define(engine, some(2))


def test_the_same_rows_twice_change_nothing(engine: Engine) -> None:
    assert take(engine, hssi_row(), hssi_row("INC2")) == Imported(2, 0, 0, 0)
    before = one(engine)

    assert take(engine, hssi_row(line=9), hssi_row("INC2")) == Imported(0, 0, 2, 0)
    assert one(engine) == before


def test_each_changed_content_is_an_entry_of_the_history(engine: Engine) -> None:
    take(engine, hssi_row(severity=2))
    take(engine, hssi_row(severity=1, updated_at=NINE + HOUR, state="identified"))
    take(engine, hssi_row(severity=1, updated_at=NINE + 2 * HOUR, state="resolved",
                          resolved_at=NINE + 2 * HOUR))  # fmt: skip
    hssi = one(engine)

    assert [(update.number, update.words) for update in hssi.updates] == [
        (1, "Raised on 9 April 2018 at 9am BST: severity 2, high."),
        (2, "Severity changed from 2 to 1. State changed from investigating to identified."),
        (
            3,
            "Resolved on 9 April 2018 at 11am BST. State changed from identified to resolved.",
        ),
    ]
    assert [update.severity for update in hssi.updates] == [2, 1, 1]
    assert not hssi.is_open


def test_the_log_owns_a_resolution_and_may_take_it_back(engine: Engine) -> None:
    take(engine, hssi_row(resolved_at=NINE + HOUR, state="resolved"))
    take(engine, hssi_row(updated_at=NINE + HOUR))

    assert one(engine).is_open
    assert one(engine).updates[-1].words.startswith("Opened again.")


def test_components_follow_the_log(engine: Engine) -> None:
    take(engine, hssi_row(components=("c0", "c1", "c0")))
    assert one(engine).components == ("c0", "c1")

    take(engine, hssi_row(components=("c1",)))

    assert one(engine).components == ("c1",)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (hssi_row(components=("c0", "nowhere")), "component nowhere is not on the status page"),
        (hssi_row(severity=9), "severity 9 is not between 1 and 5"),
        (hssi_row(resolved_at=NINE - HOUR), "it was resolved before it was raised"),
    ],
)
def test_a_row_that_cannot_be_true_is_quarantined_and_the_rest_taken_in(
    engine: Engine, row: HssiRow, reason: str
) -> None:
    assert take(engine, row, hssi_row("INC2")) == Imported(1, 0, 0, 1)

    with read_only(engine) as session:
        assert [(q.line, q.reason) for q in list_quarantined(session)] == [(2, reason)]
        assert count_hssis(session) == 1


def test_quarantine_shows_what_is_wrong_with_a_source_now(engine: Engine) -> None:
    bad = [QuarantinedRow("log", 3, "no title", "INC9,,"), QuarantinedRow("log", 7, "no ref", ",")]
    take(engine, quarantined=bad)
    take(engine, quarantined=bad[1:])

    with read_only(engine) as session:
        assert [q.line for q in list_quarantined(session, source="log")] == [7]
        assert list_quarantined(session, source="another") == ()


def test_a_run_of_the_log_probe_takes_its_records_in(engine: Engine, store: Store) -> None:
    stored = store([reading(NINE)], records=[hssi_row(), QuarantinedRow("log", 4, "bad", "x")])

    assert (stored.hssis.new, stored.hssis.quarantined) == (1, 1)
    assert one(engine).components == ("c0",)


def test_an_unmodified_source_leaves_the_quarantine_alone(engine: Engine, store: Store) -> None:
    store([reading(NINE)], records=[QuarantinedRow("log", 4, "bad", "x")])
    store([reading(NINE + HOUR)], is_unmodified=True)

    with read_only(engine) as session:
        assert len(list_quarantined(session)) == 1


def test_nothing_is_half_imported(engine: Engine) -> None:
    with pytest.raises(RuntimeError), unit_of_work(engine) as session:
        import_hssi_rows(session, rows=[hssi_row()], source="log", now=NINE)
        raise RuntimeError

    with read_only(engine) as session:
        assert get_hssi(session, "INC1") is None


def test_of_two_versions_in_one_file_the_newer_counts_and_counts_once(engine: Engine) -> None:
    rows = (hssi_row(updated_at=NINE + HOUR, summary="Newer."), hssi_row(summary="Older."))
    take(engine, *rows)

    assert take(engine, *rows) == Imported(0, 0, 1, 0)
    assert one(engine).summary == "Newer."


def test_lists_are_of_the_open_and_of_the_last_seven_days(engine: Engine) -> None:
    take(
        engine,
        hssi_row("OLD-OPEN", raised_at=NINE - 30 * DAY, severity=2),
        hssi_row("OLD-DONE", raised_at=NINE - 8 * DAY, resolved_at=NINE),
        hssi_row("NEW-DONE", raised_at=NINE - 7 * DAY, resolved_at=NINE),
        hssi_row("NEW-OPEN", raised_at=NINE - DAY, severity=1),
    )
    with read_only(engine) as session:
        still_open = [hssi.ref for hssi in list_open_hssis(session)]
        recent = [hssi.ref for hssi in list_recent_hssis(session, now=NINE)]

    assert still_open == ["NEW-OPEN", "OLD-OPEN"]
    assert recent == ["NEW-OPEN", "NEW-DONE", "OLD-OPEN"]


def test_the_log_is_paged_without_a_gap_or_a_double(engine: Engine) -> None:
    take(engine, *(hssi_row(f"INC{n}", raised_at=NINE - (n // 3) * DAY) for n in range(10)))
    seen: list[str] = []
    with read_only(engine) as session:
        page = list_hssis(session, limit=4)
        while page:
            seen += [hssi.ref for hssi in page]
            page = list_hssis(session, before=(page[-1].raised_at, page[-1].ref), limit=4)

    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize(
    "many", [pytest.param(2000), pytest.param(100_000, marks=pytest.mark.long)]
)
def test_rows_are_taken_in_by_the_thousand_however_many_there_are(
    engine: Engine, many: int
) -> None:
    rows = [hssi_row(f"INC{n}", raised_at=NINE - n * HOUR) for n in range(many)]
    changed = [hssi_row(row.ref, raised_at=row.raised_at, summary="New.") for row in rows]
    costs = []
    for given in (rows, rows, changed):
        with counted(engine) as said:
            found = take(engine, *given)
        costs.append((found, len(said) / many))
    assert [found for found, _ in costs] == [
        Imported(many, 0, 0, 0), Imported(0, 0, many, 0), Imported(0, many, 0, 0),
    ]  # fmt: skip
    # Rows are looked up and written by the thousand, never one by one.
    assert all(cost < 0.01 for _, cost in costs), costs
