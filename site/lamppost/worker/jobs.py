"""What the worker does, and how often."""

import os
import socket
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from lamppost.bulletins.actions import load_folder, publish_due
from lamppost.bulletins.feeds import Site
from lamppost.clock import Clock
from lamppost.database import read_only, refresh_statistics, unit_of_work
from lamppost.people.sessions import forget_sessions
from lamppost.people.throttle import forget_old
from lamppost.pulse.actions import beat, purge_runs
from lamppost.settings import Settings
from lamppost.status.actions import purge_old_readings, sync_definitions
from lamppost.status.refreshing import is_refresh_needed, refresh_days
from lamppost.status.running import run_probe
from lamppost.status.together import Together
from lamppost.status.uptime.actions import close_month
from lamppost.status.uptime.reads import list_due_months
from lamppost.subscribers.actions import forget_unconfirmed
from lamppost.worker.announcing import list_announcing_jobs
from lamppost.worker.automation import list_automation_jobs
from lamppost.worker.closures import list_closure_jobs
from lamppost.worker.lifecycle import list_batch_jobs
from lamppost.worker.mailing import list_mail_jobs
from lamppost.worker.schedule import Job
from lamppost.worker.sealing import list_sealing_jobs
from lamppost.worker.searching import list_search_jobs
from lamppost.worker.spoofing import list_spoof_jobs
from lamppost.worker.status_desk import list_status_jobs
from lamppost.worker.uploads import list_upload_jobs
from postmaster.access.actors import system
from postmaster.credentials.locks.tries import forget_old_tries
from postmaster.credentials.reminders import owe_reminders
from postmaster.credentials.resets.steps import forget_old_steps
from postmaster.registrations.forgetting import forget_registrations
from probes.definitions import Definitions, ProbeDefinition, load_definitions

HEARTBEAT_S = 5
BULLETINS_S = 1
PUBLISHING_S = 5
OVERLAYS_S = 10
HOUSEKEEPING_S = 3600
DAILY_S = 86_400


def list_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Every job: one per probe, then heartbeat, bulletins and housekeeping.

    Raises:
        probes.definitions.DefinitionError: probes.toml is wrong; the message says where.
    """
    definitions = load_definitions(settings.probe_definitions(), settings.probe_variables())
    with unit_of_work(engine) as session:
        sync_definitions(session, definitions=definitions, now=clock.now())
    return [*_probe_jobs(engine, definitions, clock), *_house_jobs(engine, settings, clock)]


def _probe_jobs(engine: Engine, definitions: Definitions, clock: Clock) -> list[Job]:
    together = Together(engine, clock)
    return [
        Job(f"probe {probe.name}", probe.interval_s, _probing(engine, probe, clock, together))
        for probe in definitions.probes
    ]


def _probing(
    engine: Engine, probe: ProbeDefinition, clock: Clock, together: Together
) -> Callable[[], None]:
    def work() -> None:
        run_probe(engine, probe, clock, store=together.store)

    return work


def _house_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    started_at = clock.now()
    return [
        Job("heartbeat", HEARTBEAT_S, lambda: _beat(engine, clock, started_at), is_recorded=False),
        Job(
            "load bulletins",
            BULLETINS_S,
            lambda: _load_bulletins(engine, settings, clock),
            is_recorded=False,
        ),
        Job(
            "publish bulletins",
            PUBLISHING_S,
            lambda: _publish_bulletins(engine, settings, clock),
            is_recorded=False,
        ),
        Job("refresh days", OVERLAYS_S, lambda: _refresh(engine, clock), is_recorded=False),
        *list_sealing_jobs(engine, settings, clock),
        *list_mail_jobs(engine, settings, clock),
        *list_batch_jobs(engine, settings, clock),
        *list_automation_jobs(engine, clock),
        *list_closure_jobs(engine, clock),
        *list_spoof_jobs(engine, settings, clock),
        *list_upload_jobs(engine, clock),
        *list_search_jobs(engine, clock),
        Job("close months", HOUSEKEEPING_S, lambda: _close_months(engine, clock)),
        *list_announcing_jobs(engine, settings, clock),
        *list_status_jobs(engine, clock),
        Job("remind of passwords", HOUSEKEEPING_S, lambda: _remind(engine, clock)),
        Job("housekeeping", HOUSEKEEPING_S, lambda: _keep_house(engine, clock)),
        Job("statistics", DAILY_S, lambda: refresh_statistics(engine)),
    ]


def _beat(engine: Engine, clock: Clock, started_at: datetime) -> None:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with unit_of_work(engine) as session:
        beat(session, name="worker", holder=holder, started_at=started_at, now=clock.now())


def _load_bulletins(engine: Engine, settings: Settings, clock: Clock) -> None:
    load_folder(
        engine,
        settings.content_dir,
        clock.now(),
        site=Site.of(settings),
        is_reviewed=settings.is_production,
    )


def _publish_bulletins(engine: Engine, settings: Settings, clock: Clock) -> None:
    publish_due(
        engine,
        settings.content_dir,
        clock.now(),
        site=Site.of(settings),
        is_reviewed=settings.is_production,
    )


def _refresh(engine: Engine, clock: Clock) -> None:
    """Take what was announced into the days; nothing new writes nothing."""
    with read_only(engine) as session:
        is_needed = is_refresh_needed(session, now=clock.now())
    if is_needed:
        with unit_of_work(engine) as session:
            refresh_days(session, now=clock.now())


def _close_months(engine: Engine, clock: Clock) -> None:
    """Close every month that has settled, each in a transaction of its own."""
    with read_only(engine) as session:
        due = list_due_months(session, now=clock.now())
    for month in due:
        with unit_of_work(engine) as session:
            close_month(session, month=month, by=system("close months"), now=clock.now())


def _remind(engine: Engine, clock: Clock) -> None:
    with unit_of_work(engine) as session:
        owe_reminders(session, now=clock.now())


def _keep_house(engine: Engine, clock: Clock) -> None:
    with unit_of_work(engine) as session:
        purge_runs(session, now=clock.now())
        purge_old_readings(session, now=clock.now())
        forget_old(session, now=clock.now())
        forget_sessions(session, now=clock.now())
        forget_unconfirmed(session, now=clock.now())
        forget_old_tries(session, now=clock.now())
        forget_old_steps(session, now=clock.now())
        forget_registrations(session, now=clock.now())
