"""Ninety believable days of readings: quiet nights, busy mornings, a few bad hours."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lamppost.clock import LONDON
from probes.reading import JsonValue, Outcome, Reading

DAYS = 90
# A reading every ten minutes is enough for bars and charts, and loads in seconds.
INTERVAL = timedelta(minutes=10)
# What a quiet hour takes, in seconds, and how much a busy one adds, by probe.
PACE = {
    "incoming": (6.0, 9.0),
    "outgoing": (5.0, 7.0),
    "internal": (2.0, 3.0),
}
QUICK = (0.12, 0.1)
BUSY_HOUR = 10
BUSY_WIDTH = 4.0


@dataclass(frozen=True, slots=True)
class BadSpell:
    """Hours in which a probe did not fare well: `seconds` of delay, or nothing came through."""

    probe: str
    from_at: datetime
    to_at: datetime
    seconds: float | None

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in the spell."""
        return self.from_at <= moment < self.to_at


def sample_readings(probe: str, *, now: datetime, spells: Sequence[BadSpell]) -> Iterator[Reading]:
    """Readings of one probe over the last ninety days, the last one at `now`, in order."""
    dice = random.Random(probe)  # nosec B311 # noqa: S311 - a sample wants the same dice each time
    own = [spell for spell in spells if spell.probe == probe]
    count = timedelta(days=DAYS) // INTERVAL
    for number in range(count, -1, -1):
        taken_at = now - number * INTERVAL
        spell = next((spell for spell in own if spell.holds(taken_at)), None)
        yield _reading(probe, taken_at, spell, dice)


def _reading(
    probe: str, taken_at: datetime, spell: BadSpell | None, dice: random.Random
) -> Reading:
    detail: dict[str, JsonValue] = {"sample": True}
    if spell is not None and spell.seconds is None:
        why: dict[str, JsonValue] = {
            **detail,
            "reason": "refused",
            "text": "The connection was refused.",
        }
        return Reading(probe, taken_at, Outcome.FAILED, None, None, why)
    quiet, busy = PACE.get(probe, QUICK)
    typical = quiet + busy * _load(taken_at)
    if spell is not None and spell.seconds is not None:
        typical = spell.seconds
    value = typical * math.exp(dice.gauss(0, 0.25))
    return Reading(probe, taken_at, Outcome.OK, round(value, 3), "s", detail)


def _load(moment: datetime) -> float:
    """How busy mail is, 0 to 1: the middle of a weekday morning in London is the busiest."""
    local = moment.astimezone(LONDON)
    hour = local.hour + local.minute / 60
    peak = math.exp(-(((hour - BUSY_HOUR) / BUSY_WIDTH) ** 2))
    return peak * (0.25 if local.weekday() > 4 else 1.0)  # noqa: PLR2004 - Saturday and Sunday
