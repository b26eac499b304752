"""`lamppost worker`: the probes and the schedule, in the one elected process."""

import os
import signal
import sys
import threading

import click

from lamppost import logs
from lamppost.cli.context import open_engine, settings_or_stop
from lamppost.clock import SystemClock


@click.command()
def command() -> None:
    """Run the probes and the schedule; stands by while another process is the worker."""
    from lamppost.snapshot.job import list_snapshot_jobs  # noqa: PLC0415 - loads the whole site
    from lamppost.worker.service import Worker  # noqa: PLC0415 - loads feeds, calendars, probes
    from probes.definitions import DefinitionError  # noqa: PLC0415 - as above

    settings = settings_or_stop()
    logs.set_up(settings.secret_values())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        engine, clock = open_engine(settings), SystemClock()
        more = list_snapshot_jobs(engine, settings, clock)
        Worker(engine, settings, clock, more).serve(stop)
    except DefinitionError as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    sys.stderr.flush()
    # A probe may wait on the network for seconds yet. Whatever it was doing is safe to cut off, as
    # a kill would be: the journal remembers what was sent.
    os._exit(0)
