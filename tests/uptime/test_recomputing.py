"""The script in docs/ computes a closed month again from its export, with nothing but Python."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.report import State
from lamppost.status.uptime.actions import correct_month
from lamppost.status.uptime.document import (
    Correction,
    month_slices,
    month_tally,
    write_document,
    write_figures,
)
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.reads import get_export, get_month
from lamppost.status.uptime.wording import say_figures
from month_rows import (
    APRIL,
    BY,
    SETTLED,
    announce_change,
    close,
    log_incident,
    measure_month,
    prepare,
)

SCRIPT = Path(__file__).resolve().parents[2] / "docs/recompute_month.py"
HOUR = timedelta(hours=1)
NOON = datetime(2018, 4, 10, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def recompute(file: Path) -> subprocess.CompletedProcess[str]:
    """Run it alone: no site-packages, no environment, not even the folder it lies in."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file)],
        capture_output=True,
        text=True,
        check=False,
        cwd=file.parent,
        env={},
    )


@pytest.fixture
def exported(sqlite_engine: Engine, tmp_path: Path) -> Path:
    """April with an outage, a gap, maintenance that fails, an incident, and a correction."""
    prepare(sqlite_engine, components=2, probes_each=2)
    down = [(NOON, NOON + 3 * HOUR), (NOON + 5 * DAY + HOUR, NOON + 5 * DAY + 2 * HOUR)]
    measure_month(sqlite_engine, down=down, dark=[(NOON + 9 * DAY, NOON + 9 * DAY + 6 * HOUR)])
    measure_month(sqlite_engine, probes=("c0-p1", "c1"))
    announce_change(sqlite_engine, NOON + 5 * DAY)
    announce_change(sqlite_engine, NOON + 7 * DAY, days_before=1, ref="CHG2")
    log_incident(sqlite_engine, NOON + 12 * DAY, NOON + 12 * DAY + 2 * HOUR)
    close(sqlite_engine)
    with unit_of_work(sqlite_engine) as session:
        correct_month(
            session, month=APRIL, correction=Correction("c0", NOON, NOON + HOUR, State.DEGRADED),
            reason="It was slow.", by=BY, now=SETTLED,
        )  # fmt: skip
    file = tmp_path / "april.json"
    with read_only(sqlite_engine) as session:
        file.write_text(write_document(get_export(session, APRIL) or {}), encoding="utf-8")
    return file


def test_it_prints_the_figures_that_were_closed(exported: Path, sqlite_engine: Engine) -> None:
    with read_only(sqlite_engine) as session:
        report = get_month(session, APRIL, now=SETTLED)
    assert report is not None
    lines = []
    for one in report.lines:
        lines.append(say_figures(one.slug, one.uptime))
        if one.corrected is not None:
            lines.append("  corrected: " + say_figures(one.slug, one.corrected))

    answer = recompute(exported)

    assert (answer.returncode, answer.stderr) == (0, "")
    head, formula, *figures = answer.stdout.splitlines()
    assert head.startswith("2018-04, closed 2018-05-03")
    assert formula == report.formula.words
    assert figures == lines
    assert len({line.partition(": ")[2] for line in figures}) == 3


def test_it_tells_when_the_document_was_changed(exported: Path) -> None:
    export = json.loads(exported.read_text(encoding="utf-8"))
    export["document"]["components"][0]["figures"]["all_time"] = 100_000
    exported.write_text(json.dumps(export), encoding="utf-8")

    answer = recompute(exported)

    assert answer.returncode == 1
    assert "the document is not the one that was closed" in answer.stderr
    assert "c0: the export says c0: all time 100%" in answer.stderr


def test_it_needs_nothing_but_the_standard_library() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    imported = {
        line.split()[1] for line in text.splitlines() if line.startswith(("import", "from"))
    }

    assert imported <= set(sys.stdlib_module_names)


# A day for a month keeps the examples quick; the arithmetic does not know how long a month is.
BEGIN = datetime(2018, 4, 1, tzinfo=UTC)
MINUTES = 1440
SPANS = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.sampled_from(["operational", "degraded", "outage", "unknown", None]),
    ),
    max_size=8,
)
OVERLAYS = st.lists(
    st.tuples(
        st.integers(-100, MINUTES),
        st.integers(1, 600),
        st.sampled_from(["maintenance", "degraded", "partial"]),
        st.booleans(),
    ),
    max_size=5,
)


def document(
    tracks: list[list[tuple[int, str | None]]], overlays: list[tuple[int, int, str, bool]]
) -> dict[str, object]:
    minute = timedelta(minutes=1)
    probes = []
    for track in tracks:
        at, spans = 0, []
        for length, state in track:
            end = min(at + length, MINUTES)
            if state is not None and at < end:
                spans.append(
                    [state, (BEGIN + at * minute).isoformat(), (BEGIN + end * minute).isoformat()]
                )
            at = end
        probes.append({"spans": spans})
    laid = [
        {
            "kind": "maintenance" if state == "maintenance" else "incident",
            "ref": f"R{number}",
            "state": state,
            "starts_at": (BEGIN + begin * minute).isoformat(),
            "ends_at": (BEGIN + (begin + length) * minute).isoformat(),
            "is_excused": excused and state == "maintenance",
            "announced_on": "2018-03-01",
            "begins_on": "2018-04-01",
            "notice_days": 5 if excused else None,
        }
        for number, (begin, length, state, excused) in enumerate(overlays)
    ]
    return {"slug": "c", "probes": probes, "overlays": laid}


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    components=st.lists(
        st.tuples(st.lists(SPANS, min_size=1, max_size=3), OVERLAYS), min_size=6, max_size=6
    )
)
def test_script_and_service_agree_on_any_month(
    tmp_path: Path,
    components: list[tuple[list[list[tuple[int, str | None]]], list[tuple[int, int, str, bool]]]],
) -> None:
    starts_at, ends_at = BEGIN, BEGIN + DAY
    written = []
    for number, (tracks, overlays) in enumerate(components):
        component = {**document(tracks, overlays), "slug": f"c{number}"}
        slices = month_slices(component, starts_at=starts_at, ends_at=ends_at)
        tally = month_tally(slices, starts_at=starts_at, ends_at=ends_at)
        written.append({**component, "figures": write_figures(tally, FORMULA)})
    file = tmp_path / "any.json"
    export = {
        "document": {
            "month": "2018-04",
            "closed_at": "x",
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "formula": {
                "words": FORMULA.words,
                "weights": dict(FORMULA.weights),
                "least_coverage": FORMULA.least_coverage,
            },
            "components": written,
        },
        "digest": "",
        "addenda": [],
    }
    file.write_text(json.dumps(export), encoding="utf-8")

    told = recompute(file).stderr.splitlines()

    assert told == ["the document is not the one that was closed: its digest differs"]
