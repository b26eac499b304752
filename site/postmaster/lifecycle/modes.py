"""How far automation goes in an organisation, step by step, and what measuring it proves. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log, log1p


class Mode(StrEnum):
    """How far automation goes in one organisation, from nothing to deletions without a person."""

    OFF = "off"
    # Computes every night who would be written to, and tells.
    SHADOW = "shadow"
    # Writes to mailboxes; a person runs the batch.
    NOTIFY_ONLY = "notify-only"
    # Writes, waits and runs.
    LIVE = "live"


LADDER = tuple(Mode)
MODE_WORDS = {
    Mode.OFF: "Off: only batches made by people",
    Mode.SHADOW: "Shadow: computed every night and reported, nobody is written to",
    Mode.NOTIFY_ONLY: "Notify only: mailboxes are written to, a person runs the batch",
    Mode.LIVE: "Live: mailboxes are written to, and what is ready is run",
}
# Somebody looked at these mailboxes' notices and the accounts turned out to be needed.
CONFIDENCE = 0.95


def next_mode(mode: Mode) -> Mode | None:
    """The mode one step up; None from the last."""
    place = LADDER.index(mode) + 1
    return LADDER[place] if place < len(LADDER) else None


def reaches(mode: Mode, wanted: Mode) -> bool:
    """Whether a mode goes as far as another, or further."""
    return LADDER.index(mode) >= LADDER.index(wanted)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured: notices whose days have run, and how many of their accounts were needed.

    In shadow mode `notices` are those that would have been sent.
    """

    notices: int
    corrections: int

    @property
    def permille(self) -> int:
        """Corrections in a thousand notices, rounded up."""
        return -(-self.corrections * 1000 // self.notices) if self.notices else 0

    @property
    def bound(self) -> float:
        """With 95% confidence at most this share of deletions would be wrong (`find_bound`)."""
        return find_bound(self.corrections, self.notices)

    @property
    def words(self) -> str:
        """The figures and the bound in a sentence, for whoever decides."""
        if not self.notices:
            return "No notice has run its days yet. Nothing was measured, so nothing is known."
        notices = "1 notice" if self.notices == 1 else f"{self.notices:,} notices"
        corrections = (
            "1 correction" if self.corrections == 1 else f"{self.corrections:,} corrections"
        )
        return (
            f"{corrections} in {notices}. That proves only, with 95% confidence, that at most "
            f"{_say_percent(self.bound)} of deletions would be wrong (exact bound of Clopper and "
            "Pearson, one-sided; with no correction about 3 divided by the notices)."
        )


def find_bound(corrections: int, notices: int, confidence: float = CONFIDENCE) -> float:
    """The upper bound of Clopper and Pearson (one-sided) of a rate seen `corrections` times.

    The rate at which so few corrections, or fewer, would be seen with probability 1 - confidence.
    Without a notice, or where every notice was corrected, it is 1.
    """
    if corrections >= notices:
        return 1.0
    if not corrections:
        return float(1 - (1 - confidence) ** (1 / notices))
    return _bisect(lambda rate: _at_most(corrections, notices, rate) > 1 - confidence)


def _bisect(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high


def _at_most(count: int, trials: int, rate: float) -> float:
    """The probability of at most `count` in so many trials: the largest term, then down from it."""
    if rate <= count / trials:
        # Above a half, and so above every bound that is asked for.
        return 1.0
    log_term = (
        lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
        + count * log(rate) + (trials - count) * log1p(-rate)
    )  # fmt: skip
    term = total = exp(log_term)
    for number in range(count, 0, -1):
        term *= number / (trials - number + 1) * (1 - rate) / rate
        total += term
        if term < total * 1e-15:
            break
    return total


def _say_percent(share: float) -> str:
    percent = share * 100
    return f"{percent:.1f}%" if percent >= 1 else f"{percent:.2g}%"
