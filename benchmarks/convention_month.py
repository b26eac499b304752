"""Uptime of one month by our formula, beside what ten monitors of the field make of the same facts.

The figures are printed with the formula; the ratio is ours against the same sum done by hand.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/support"))

from figures import Figure

from lamppost.status.deriving import Derivation
from lamppost.status.policy import DEFAULT_POLICY
from lamppost.status.probe_rows import ProbeRow
from lamppost.status.report import State
from lamppost.status.slices import Overlay, OverlayKind, slice_component
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.rules import say_percentage, tally_of, uptime_of
from month_facts import BEGIN, MAINTENANCE, MINUTE, MINUTES, at, month_readings
from probes.reading import Levels

TEN = (
    "Gatus 99.58, Gatus with latency 99.16, Uptime Kuma 99.72, Kener of 1 99.72, Kener of 3 99.91, "
    "openstatus requests 99.58, openstatus duration 99.77, Statuspage 99.82, incident.io 99.63, "
    "Upptime 99.91"
)


# The pool fault ends with its last failure; a reading speaks for three minutes, less its own.
LOST = 40 + 119 + 60
UNMEASURED = 360 - 2


def main() -> list[Figure]:
    """Derive the month, print its figures, give the cost as a ratio."""
    readings, end = list(month_readings("p")), BEGIN + MINUTES * MINUTE
    derivation = Derivation(
        ProbeRow("p", "http", "c", 60, Levels(slow_above=60.0, slow_below=30.0)), DEFAULT_POLICY
    )
    derivation.take(readings)
    window = (at(MAINTENANCE.start), at(MAINTENANCE.stop))
    change = Overlay(OverlayKind.MAINTENANCE, "CHG", State.MAINTENANCE, *window, is_excused=True)
    slices = slice_component([derivation.track(now=end)], [change], first=BEGIN, last=end)
    uptime = uptime_of(tally_of(slices, period=end - BEGIN))
    print(
        f"      ours: all time {say_percentage(uptime.all_time)}, without announced maintenance "
        f"{say_percentage(uptime.agreed)}, measured {say_percentage(uptime.coverage)}"
    )
    print(f"      {FORMULA.words}")
    print(f"      the ten, from the same facts: {TEN}")
    by_hand = 1 - LOST / (MINUTES - UNMEASURED)
    ratio = (uptime.all_time or 0) / 100_000 / by_hand
    name = "uptime of the month / the same by hand"
    return [Figure(name, ratio, at_least=0.99999, at_most=1)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
