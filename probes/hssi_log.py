"""The HSSI log: brought when it changed, its rows read, bad ones put aside."""

from collections.abc import Mapping

from probes.connection import watching
from probes.fetch import SourceOptions, fetch
from probes.hssi_file import read_log
from probes.look import take_records
from probes.reading import Clock, Journal, JsonValue, Record, Result, Target


class Options(SourceOptions):
    """Where the log is."""


def probe(target: Target, journal: Journal, *, timeout: float, clock: Clock) -> Result:
    """Seconds it took to bring and read the log, and the rows it holds."""
    options = Options.model_validate(target.options)

    def look() -> tuple[Mapping[str, JsonValue], tuple[Record, ...], bool]:
        with watching(timeout, clock) as watchdog:
            fetched = fetch(options, journal, watchdog)
        if fetched.body is None:
            return {"unmodified": True}, (), True
        rows, quarantined = read_log(fetched.body, options.place)
        fetched.remember(journal)
        detail = {"rows": len(rows), "quarantined": len(quarantined)}
        return detail, (*rows, *quarantined), False

    return take_records(target, clock, look)
