"""What is remembered of one probe's readings, and what was decided on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lamppost.status.report import State
from lamppost.status.samples import Sample


class Mark(NamedTuple):
    """A reading that counts as good or failed."""

    at: datetime
    is_good: bool


class Delay(NamedTuple):
    """A delay that counts for slowness, in seconds; pending ones are a lower bound."""

    at: datetime
    seconds: float
    is_bound: bool


@dataclass(frozen=True, slots=True)
class ProbeState:
    """What all readings of a probe so far amount to; folding on needs nothing else.

    `verdict` is the last judgement; `state` is what to show, unknown while the prober is unfit.
    """

    verdict: State = State.UNKNOWN
    since: datetime | None = None  # the first reading of the run that decided the verdict
    reason: str = ""
    last_at: datetime | None = None
    unfit_since: datetime | None = None
    unfit_reason: str = ""
    marks: tuple[Mark, ...] = ()  # at most `fail_window`, none before the last recovery
    delays: tuple[Delay, ...] = ()  # at most `median_of`
    samples: tuple[Sample, ...] = ()  # at most `kept_delays`, for the sentence

    @property
    def state(self) -> State:
        """What to show while readings are fresh."""
        return self.verdict if self.unfit_since is None else State.UNKNOWN

    @property
    def state_since(self) -> datetime | None:
        """Since when `state` holds."""
        return self.since if self.unfit_since is None else self.unfit_since

    @property
    def state_reason(self) -> str:
        """Why, in plain words; empty when all is well."""
        return self.reason if self.unfit_since is None else self.unfit_reason


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer to one of the questions."""

    verdict: State
    since: datetime | None
    reason: str = ""
