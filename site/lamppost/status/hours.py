"""An hour of readings in a few numbers: counts and a histogram fine enough for percentiles. Pure.

Buckets grow by a tenth, so a percentile read from them is within 5 per cent of the true one; an
hour costs a few dozen bytes however many readings it had. The longest delay is kept as it was.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime

from lamppost.status.report import HourDelay
from probes.reading import Levels, Outcome, Reading

_GROWTH = math.log(1.1)
_SMALLEST = 0.001  # below a millisecond nobody can tell


@dataclass(slots=True)
class Hour:
    """The counts of one hour; readings are added one by one."""

    ok: int = 0
    failed: int = 0
    unknown: int = 0
    slow: int = 0
    longest: float | None = None
    histogram: dict[int, int] = field(default_factory=dict)

    def add(self, reading: Reading, levels: Levels) -> None:
        """Count a reading; one still pending is slow or not, and no delay yet."""
        if reading.outcome is Outcome.UNKNOWN:
            self.unknown += 1
        elif reading.outcome is Outcome.FAILED:
            self.failed += 1
        else:
            self._add_ok(reading, levels)

    def _add_ok(self, reading: Reading, levels: Levels) -> None:
        is_pending = reading.detail.get("at_least") is True
        if not is_pending:
            self.ok += 1
        if reading.value is None:
            return
        self.longest = max(self.longest or 0.0, reading.value)
        if levels.slow_above is not None and reading.value > levels.slow_above:
            self.slow += 1
        if not is_pending:
            bucket = bucket_of(reading.value)
            self.histogram[bucket] = self.histogram.get(bucket, 0) + 1

    def merge(self, other: "Hour") -> None:
        """Add another hour's counts to these."""
        self.ok += other.ok
        self.failed += other.failed
        self.unknown += other.unknown
        self.slow += other.slow
        if other.longest is not None:
            self.longest = max(self.longest or 0.0, other.longest)
        for bucket, count in other.histogram.items():
            self.histogram[bucket] = self.histogram.get(bucket, 0) + count

    def shown(self, hour: datetime) -> HourDelay:
        """The hour as a point of a chart."""
        return HourDelay(
            hour=hour,
            count=self.ok,
            p50=self.percentile(0.5),
            p95=self.percentile(0.95),
            longest=self.longest,
            failed=self.failed,
            unknown=self.unknown,
            slow=self.slow,
        )

    def percentile(self, share: float) -> float | None:
        """What that share of the delays did not exceed, within 5 per cent; None without any."""
        wanted = share * sum(self.histogram.values())
        passed = 0
        for bucket in sorted(self.histogram):
            passed += self.histogram[bucket]
            if passed >= wanted:
                middle = math.exp((bucket + 0.5) * _GROWTH)
                return min(middle, self.longest if self.longest is not None else middle)
        return None


def bucket_of(seconds: float) -> int:
    """The bucket a delay falls into."""
    return math.floor(math.log(max(seconds, _SMALLEST)) / _GROWTH)
