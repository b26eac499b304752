"""Whatever one column of one sealed row is changed to, verifying finds it."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from audit_rows import check, record_some, seal
from lamppost.database import make_engine, unit_of_work
from postmaster.audit.tables import AuditDay, AuditDetail, AuditEntry
from postmaster.inspection.entries import Change
from postmaster.inspection.visible import make_cell, make_visible, say_change

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
VALUES = {
    "actor": TEXT,
    "action": TEXT,
    "kind": TEXT,
    "key": TEXT,
    "organisation": st.none() | TEXT,
    "changes": TEXT,
    "detail_digest": st.none() | TEXT,
    "previous": st.none() | TEXT,
    "digest": st.none() | TEXT,
    "sequence": st.none() | st.integers(-(2**62), 2**62),
    "sealed_on": st.none() | st.dates(),
    "recorded_at": st.datetimes(timezones=st.just(UTC)),
    "salt": TEXT,
    "detail": st.none() | TEXT,
    "is_erased": st.booleans(),
    "first_sequence": st.integers(-(2**62), 2**62),
    "last_sequence": st.integers(-(2**62), 2**62),
    "head": TEXT,
    "signature": TEXT,
    "public_key": TEXT,
}
DAY_COLUMNS = {"first_sequence", "last_sequence", "head", "signature", "public_key"}
DETAIL_COLUMNS = {"salt", "detail", "is_erased"}


@pytest.fixture
def sealed(sqlite_engine: Engine) -> Engine:
    """Four entries on each of two days."""
    for day in (NOW, NOW + timedelta(days=1)):
        record_some(sqlite_engine, 4, day)
        seal(sqlite_engine, day)
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return sqlite_engine


@given(data=st.data(), column=st.sampled_from(sorted(VALUES)))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_single_column_changed_is_found(
    sealed: Engine, tmp_path: Path, data: st.DataObject, column: str
) -> None:
    table = AuditDay if column in DAY_COLUMNS else AuditEntry
    chosen = AuditDetail if column in DETAIL_COLUMNS else table
    copy = tmp_path / "copy.sqlite3"
    shutil.copyfile(sealed.url.database or "", copy)
    engine = make_engine(f"sqlite:///{copy}")
    value = data.draw(VALUES[column])
    try:
        with unit_of_work(engine) as session:
            row = data.draw(st.sampled_from(session.scalars(select(chosen)).all()))
            assume(getattr(row, column) != value)
            assume(column != "sequence" or value not in range(1, 9))
            setattr(row, column, value)
        assert check(engine).broken is not None
    finally:
        engine.dispose()


@given(st.text())
def test_a_text_shown_is_one_line_with_nothing_unseen(text: str) -> None:
    shown = make_visible(text)

    assert not set(shown) & set("\n\r\t\x0b\x0c\x1b\x85\u2028\u2029\u202e\u200b")
    assert not make_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_values_are_said_in_words() -> None:
    assert say_change(Change("a\nb", None, True)) == "a\\nb: nothing → yes"  # noqa: FBT003 - a value
    assert make_cell(-3) == "-3"
    assert make_visible(None) == ""
