"""Delays and failures in plain words."""

from datetime import timedelta

from lamppost.wording import say_duration
from probes.reading import Reading

_SHORT = 10

# A reason the probes give without a sentence, as a reader of the page would say it.
REASONS = {"lost": "a message did not arrive in time"}


def say_delay(seconds: float) -> str:
    """`0.4 seconds`, `40 seconds`, `1 minute 30 seconds`."""
    if seconds < _SHORT and seconds != round(seconds):
        return f"{seconds:.2g} seconds"
    return say_duration(timedelta(seconds=seconds))


def failure_words(reading: Reading) -> str:
    """Why a reading failed or could not be taken, as the probe says it, without a full stop."""
    for name in ("words", "text", "reason"):
        said = reading.detail.get(name)
        if isinstance(said, str) and said:
            return REASONS.get(said, said.rstrip(". "))
    return ""
