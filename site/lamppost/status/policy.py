"""The numbers that turn readings into states, in one place, with where each comes from.

Nothing in the 2018 bulletins or the service's pages fixes a delivery time for the relay, so these
are the project's own. They follow what the careful monitors of the field do: confirm both ways
(Kener), catch alternating failures with K of N (cloudprober), enter and leave slowness at separate
levels (netdata). The levels themselves are per probe, in probes.toml.
"""

from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ProbePolicy:
    """How readings are judged; a changed number wants a new version."""

    version: str = "2018-04"
    fail_run: int = 3  # failures in a row that mean down
    fail_window: int = 10  # readings looked back upon, none before the last recovery...
    fail_count: int = 4  # ...of which so many failed means down, even with successes between
    good_run: int = 3  # successes in a row that mean it is back
    median_of: int = 3  # slow is judged on the median of so many
    stale_factor: float = 3.0  # so many intervals without a reading and nothing is known
    kept_delays: int = 100  # how many messages the sentence of delay speaks of
    sentence_share: float = 0.95  # and which share of them must have met its figure

    def stale_after(self, interval_s: int) -> timedelta:
        """How long a reading speaks for the present."""
        return timedelta(seconds=self.stale_factor * interval_s)

    def without_samples(self) -> "ProbePolicy":
        """The same for probes whose readings are no messages: nothing is kept for a sentence."""
        return self if self.kept_delays == 0 else replace(self, kept_delays=0)


DEFAULT_POLICY = ProbePolicy()

# A reading dated further ahead than this comes from a clock that is wrong.
MAX_AHEAD = timedelta(minutes=2)
# Raw readings are kept so long that a policy can be replayed over the page's 90 days.
KEEP_READINGS = timedelta(days=90)
# A month is closed so long after it is over: rows of the log may come late, and mail later still.
MONTH_SETTLES = timedelta(days=3)
# The days a status page shows, today included.
SHOWN_DAYS = 90
# An HSSI is listed so long after it was raised even when it is resolved, as the service's page did.
RECENT_HSSI = timedelta(days=7)
LONGEST_HSSI_TITLE = 300
LONGEST_HSSI_TEXT = 20_000
# Blackouts of HSSIs that were over for longer are not written: no notice runs so long.
BLACKOUTS_BACK = timedelta(days=90)
