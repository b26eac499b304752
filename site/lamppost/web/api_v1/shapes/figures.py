"""Readings and what they add up to."""

from datetime import datetime

from pydantic import Field

from lamppost.status.percentiles import PeriodDelay
from lamppost.status.readings import RawReading
from lamppost.web.api_v1.shapes.paging import Shape
from probes.reading import Outcome


class ReadingShape(Shape):
    """One look as it was stored; whether it was slow follows from its value and the levels."""

    probe: str
    taken_at: datetime
    outcome: Outcome
    value: float | None
    unit: str | None
    is_pending: bool = Field(
        description="the message had not arrived yet, so it took at least so long"
    )

    @classmethod
    def of(cls, reading: RawReading) -> "ReadingShape":
        """From what is stored."""
        return cls(
            probe=reading.probe,
            taken_at=reading.taken_at,
            outcome=Outcome(reading.outcome),
            value=reading.value,
            unit=reading.unit,
            is_pending=reading.is_pending,
        )


class PercentilesShape(Shape):
    """The delays of one hour or one London day, of all probes of a component; seconds.

    Percentiles are read from a histogram and are within 5 per cent of the true ones.
    """

    starts_at: datetime
    ends_at: datetime
    count: int
    p50_s: float | None
    p95_s: float | None
    longest_s: float | None
    failed: int
    unknown: int
    slow: int

    @classmethod
    def of(cls, period: PeriodDelay) -> "PercentilesShape":
        """From what is rolled up."""
        return cls(
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            count=period.delay.count,
            p50_s=period.delay.p50,
            p95_s=period.delay.p95,
            longest_s=period.delay.longest,
            failed=period.delay.failed,
            unknown=period.delay.unknown,
            slow=period.delay.slow,
        )
