"""The last messages one by one, for the sentence of delay: each counts once, however often seen."""

from typing import NamedTuple

from probes.reading import Outcome, Reading


class Sample(NamedTuple):
    """One message: its delay in seconds; None when it failed; a lower bound while pending."""

    token: str
    seconds: float | None
    is_pending: bool


def add_sample(samples: tuple[Sample, ...], reading: Reading, *, keep: int) -> tuple[Sample, ...]:
    """The samples with the reading's message added, or brought up to date if it was pending."""
    sample = _sample(reading) if keep else None
    if sample is None:
        return samples
    for place, known in enumerate(samples):
        if known.is_pending and known.token == sample.token:
            return (*samples[:place], sample, *samples[place + 1 :])
    return (*samples, sample)[-keep:]


def _sample(reading: Reading) -> Sample | None:
    token = reading.detail.get("token")
    name = token if isinstance(token, str) else reading.key
    if reading.outcome is Outcome.FAILED:
        return Sample(name, None, is_pending=False)
    if reading.outcome is Outcome.UNKNOWN or reading.value is None:
        return None
    return Sample(name, reading.value, is_pending=reading.detail.get("at_least") is True)
