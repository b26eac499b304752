"""Run one probe of the definitions and store what it saw."""

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.status.actions import store_result
from lamppost.status.journal import DatabaseJournal
from probes.definitions import ProbeDefinition
from probes.reading import Result
from probes.registry import PROBES


def run_probe(engine: Engine, probe: ProbeDefinition, clock: Clock) -> Result:
    """Look once, and store what was seen together with what the journal owes."""
    journal = DatabaseJournal(engine, probe.name)
    result = PROBES[probe.kind](probe.as_target(), journal, timeout=probe.timeout_s, clock=clock)
    with unit_of_work(engine) as session:
        store_result(session, probe=probe.name, result=result, journal=journal, now=clock.now())
    return result
