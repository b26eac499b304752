"""The same month as ten monitors count it, and as we do: one set of facts, eleven figures."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from lamppost.status.deriving import Derivation
from lamppost.status.policy import DEFAULT_POLICY
from lamppost.status.probe_rows import ProbeRow
from lamppost.status.report import State, Uptime
from lamppost.status.slices import Overlay, OverlayKind, slice_component
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.rules import Tally, say_percentage, tally_of, uptime_of
from month_facts import (
    BEGIN,
    BLIPS,
    DARK,
    MAINTENANCE,
    MAINTENANCE_FAILS,
    MINUTE,
    MINUTES,
    OUTAGE,
    POOL_FAULT,
    SLOW,
    at,
    fails,
    month_readings,
)
from status_rows import LEVELS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/uptime.md"
PROBE = ProbeRow("p", "http", "c", 60, LEVELS)
MEASURED = MINUTES - len(DARK)
FAILED = sum(fails(minute) for minute in range(MINUTES) if minute not in DARK)
# What each counts as lost and out of how many minutes, from their documents and sources.
OTHERS = {
    "Gatus": (FAILED, MEASURED),
    "Gatus with a latency condition": (FAILED + len(SLOW), MEASURED),
    "Uptime Kuma": (FAILED - len(MAINTENANCE_FAILS), MEASURED - len(MAINTENANCE)),
    "Kener, 1 to confirm": (FAILED - len(MAINTENANCE_FAILS), MEASURED),
    "Kener, 3 to confirm": (len(OUTAGE), MEASURED),
    "openstatus, requests": (FAILED, MEASURED),
    "openstatus, duration": (len(OUTAGE) + 0.5 * len(POOL_FAULT), MINUTES),
    "Statuspage and Instatus": (len(OUTAGE) + 0.3 * len(POOL_FAULT), MINUTES),
    "incident.io": (len(OUTAGE) + len(POOL_FAULT), MINUTES),
    "Upptime": (len(OUTAGE), MINUTES),
}


@pytest.fixture(scope="module")
def ours() -> dict[bool, Tally]:
    """Our month: maintenance announced in time, and the same not announced in time."""
    derivation = Derivation(PROBE, DEFAULT_POLICY)
    derivation.take(list(month_readings("p")))
    end = BEGIN + MINUTES * MINUTE
    window = (at(MAINTENANCE.start), at(MAINTENANCE.stop))
    found = {}
    for in_time in (True, False):
        change = Overlay(OverlayKind.MAINTENANCE, "CHG1", State.MAINTENANCE, *window, in_time)
        slices = slice_component([derivation.track(now=end)], [change], first=BEGIN, last=end)
        found[in_time] = tally_of(slices, period=end - BEGIN)
    return found


def documented() -> dict[str, str]:
    """The figures of the table in the documentation, by convention."""
    rows = re.findall(r"^\| ([^|]+) \| ([0-9.]+)%? \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {name.strip(): figure for name, figure in rows}


def test_the_facts_are_those_the_field_was_compared_on() -> None:
    assert (len(OUTAGE), len(POOL_FAULT), len(SLOW), len(MAINTENANCE)) == (40, 120, 180, 240)
    assert (len(MAINTENANCE_FAILS), len(DARK), len(BLIPS)) == (60, 360, 20)


@pytest.mark.parametrize("name", OTHERS)
def test_another_monitors_figure_stands_in_the_documentation(name: str) -> None:
    lost, whole = OTHERS[name]

    assert documented()[name] == f"{100 * (1 - lost / whole):.2f}"


def test_ours_sees_the_outage_the_pool_fault_and_no_blip(ours: dict[bool, Tally]) -> None:
    minutes = {state: length / 60_000_000 for state, length in ours[True].measured.items()}

    # The pool fault ends with its last failure, a minute before its window does.
    assert minutes[State.OUTAGE] == len(OUTAGE) + len(POOL_FAULT) - 1 + len(MAINTENANCE_FAILS)
    assert minutes[State.DEGRADED] == len(SLOW)
    assert minutes[State.MAINTENANCE] == len(MAINTENANCE) - len(MAINTENANCE_FAILS)
    # A reading speaks for three intervals, so the dark is three minutes shorter, less the last.
    assert ours[True].covered == timedelta(minutes=MEASURED + 2) // timedelta(microseconds=1)


def test_ours_is_printed_with_its_formula_and_documented(ours: dict[bool, Tally]) -> None:
    in_time, too_late = (uptime_of(ours[flag]) for flag in (True, False))
    assert documented()["Lamppost, all time"] == _figure(in_time.all_time)
    assert documented()["Lamppost, without announced maintenance"] == _figure(in_time.agreed)
    assert too_late == Uptime(in_time.all_time, in_time.all_time, in_time.coverage, "1")
    assert FORMULA.words in DOCUMENT.read_text("utf-8")


def _figure(value: int | None) -> str:
    return say_percentage(value).rstrip("%")
