"""A month is closed, corrected and exported the same on both databases."""

from datetime import timedelta

from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.report import State
from lamppost.status.uptime.actions import correct_month
from lamppost.status.uptime.document import Correction, digest_of, write_document
from lamppost.status.uptime.reads import get_export, get_month
from month_rows import APRIL, BEGIN, BY, SETTLED, close, measure_month, prepare

HOUR = timedelta(hours=1)
NOON = BEGIN + 9 * timedelta(days=1) + 12 * HOUR


def test_what_was_closed_is_what_is_exported(engine: Engine) -> None:
    prepare(engine)
    measure_month(engine, down=[(NOON, NOON + 3 * HOUR)])
    digest = close(engine)
    with unit_of_work(engine) as session:
        correct_month(
            session, month=APRIL, correction=Correction("c0", NOON, NOON + HOUR, State.OPERATIONAL),
            reason="Why.", by=BY, now=SETTLED,
        )  # fmt: skip
    with read_only(engine) as session:
        export = get_export(session, APRIL)
        report = get_month(session, APRIL, now=SETTLED)

    assert export is not None
    assert report is not None
    assert digest_of(write_document(export["document"])) == export["digest"] == digest
    assert [one["number"] for one in export["addenda"]] == [1]
    assert report.lines[0].uptime.all_time == 717 * 100_000 // 720
    assert report.lines[0].corrected is not None
    assert report.lines[0].corrected.all_time == 718 * 100_000 // 720
