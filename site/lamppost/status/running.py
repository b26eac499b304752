"""Run one probe of the definitions and store what it saw."""

from collections.abc import Callable

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.status.journal import DatabaseJournal
from lamppost.status.storing import Run, Stored
from lamppost.status.together import Together
from probes.definitions import ProbeDefinition
from probes.reading import Result
from probes.registry import PROBES


def run_probe(
    engine: Engine,
    probe: ProbeDefinition,
    clock: Clock,
    *,
    store: Callable[[Run], Stored] | None = None,
) -> Result:
    """Look once, and store what was seen together with what the journal owes.

    `store` is how; by itself, unless somebody gathers the runs of many probes.
    """
    journal = DatabaseJournal(engine, probe.name)
    result = PROBES[probe.kind](probe.as_target(), journal, timeout=probe.timeout_s, clock=clock)
    (store or Together(engine, clock).store)(Run(probe.name, result, journal))
    return result
