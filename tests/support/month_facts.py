"""One month of facts which ten monitors of the field count in ten ways: thirty days of probes.

A probe a minute; a hard outage of 40 minutes; a pool fault of 120 minutes in which every other
probe fails; three hours of slowness; maintenance of four hours which fails for one; the prober
dark for six hours; twenty blips of one minute. The fixed facts of the comparison in docs/uptime.md.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from probes.reading import JsonValue, Outcome, Reading

MINUTE = timedelta(minutes=1)
# April 2018 has thirty days in London, all of them in summer time.
BEGIN = datetime(2018, 3, 31, 23, 0, tzinfo=UTC)
MINUTES = 30 * 24 * 60
OUTAGE = range(3_000, 3_040)
POOL_FAULT = range(9_000, 9_120)
SLOW = range(15_000, 15_180)
MAINTENANCE = range(21_000, 21_240)
MAINTENANCE_FAILS = range(21_060, 21_120)
DARK = range(27_000, 27_360)
BLIPS = frozenset(range(30_000, 30_000 + 20 * 500, 500))


def at(minute: int) -> datetime:
    """The moment of a minute of the month."""
    return BEGIN + minute * MINUTE


def fails(minute: int) -> bool:
    """Whether the probe of that minute fails."""
    pool = minute in POOL_FAULT and minute % 2 == 0
    return minute in OUTAGE or pool or minute in MAINTENANCE_FAILS or minute in BLIPS


def month_readings(probe: str) -> Iterator[Reading]:
    """Every reading of the month, in order."""
    for minute in range(MINUTES):
        if minute in DARK:
            continue
        if fails(minute):
            why: dict[str, JsonValue] = {"reason": "refused"}
            yield Reading(probe, at(minute), Outcome.FAILED, None, None, why)
        else:
            seconds = 100.0 if minute in SLOW else 10.0
            yield Reading(probe, at(minute), Outcome.OK, seconds, "s", {})
