"""BCDR windows: the calendar brought when it changed, its windows read, bad entries put aside."""

from collections.abc import Mapping

from probes.bcdr_calendar import read_calendar
from probes.connection import watching
from probes.fetch import SourceOptions, fetch
from probes.look import take_records
from probes.reading import Clock, Journal, JsonValue, Record, Result, Target


class Options(SourceOptions):
    """Where the calendar is."""


def probe(target: Target, journal: Journal, *, timeout: float, clock: Clock) -> Result:
    """Seconds it took to bring and read the calendar, and the windows it holds."""
    options = Options.model_validate(target.options)

    def look() -> tuple[Mapping[str, JsonValue], tuple[Record, ...], bool]:
        with watching(timeout, clock) as watchdog:
            fetched = fetch(options, journal, watchdog)
        if fetched.body is None:
            return {"unmodified": True}, (), True
        windows, quarantined = read_calendar(fetched.body, options.place)
        fetched.remember(journal)
        detail = {"windows": len(windows), "quarantined": len(quarantined)}
        return detail, (*windows, *quarantined), False

    return take_records(target, clock, look)
