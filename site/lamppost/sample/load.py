"""Load the sample service: definitions, ninety days of readings, the logs, plans and bulletins."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from lamppost import paths
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.approving import approve_files, get_waiting
from lamppost.bulletins.feeds import Site
from lamppost.clock import Clock, london_date
from lamppost.database import read_only, unit_of_work
from lamppost.keys import answers_key
from lamppost.people.means import make_means
from lamppost.sample.accounts import add_accounts
from lamppost.sample.closures import add_closed_roles, add_closures
from lamppost.sample.contacts import add_contacts
from lamppost.sample.desk import add_desk
from lamppost.sample.incidents import SampleIncident, list_incidents, write_calendar, write_log
from lamppost.sample.lists import add_lists
from lamppost.sample.organisations import add_organisations
from lamppost.sample.people import add_people
from lamppost.sample.plans import add_plans, planned_spells
from lamppost.sample.readings import INTERVAL, sample_readings
from lamppost.sample.registrations import add_registrations
from lamppost.sample.requests import add_requests
from lamppost.sample.resets import add_resets, add_testers
from lamppost.sample.spoofing import add_spoofing
from lamppost.settings import Settings
from lamppost.status.actions import refresh_days, store_result, sync_definitions
from lamppost.status.report import State
from lamppost.status.running import run_probe
from lamppost.status.tables import Reading
from lamppost.status.uptime.actions import close_month, correct_month
from lamppost.status.uptime.document import Correction
from lamppost.status.uptime.reads import get_export, list_due_months
from postmaster.access.actors import operator, system
from postmaster.policy.actions import enter_presets
from probes.definitions import Definitions, load_definitions
from probes.reading import Result

LOG_KINDS = ("hssi_log", "bcdr_windows")


def load_sample_once(
    engine: Engine, settings: Settings, clock: Clock, told: Callable[[str], None] | None = None
) -> bool:
    """Load the sample unless there are readings already; gives whether it was loaded.

    A load that was cut off is finished: what is stored is stored once.
    """
    with read_only(engine) as session:
        is_done = (settings.data / "sample" / "loaded").exists()
        has_readings = session.scalar(select(func.count()).select_from(Reading).limit(1))
    if is_done or (has_readings and not (settings.data / "sample").exists()):
        _look_at_bulletins(engine, settings, clock.now())
        return False
    load_sample(engine, settings, clock, told or (lambda _words: None))
    return True


def load_sample(
    engine: Engine, settings: Settings, clock: Clock, told: Callable[[str], None]
) -> None:
    """Load everything the sample has, told of each step."""
    now = clock.now()
    folder = settings.data / "sample"
    folder.mkdir(parents=True, exist_ok=True)
    incidents = list_incidents(now)
    write_log(folder / "hssi.csv", incidents)
    write_calendar(folder / "bcdr.ics", now)
    definitions = load_definitions(settings.probe_definitions(), settings.probe_variables())
    _load_engine(engine, settings, now, told)
    told("Loading ninety days of readings")
    _load_readings(engine, definitions, incidents, now)
    told("Loading the HSSI log, BCDR windows, changes and releases")
    _load_logs(engine, definitions, clock)
    with unit_of_work(engine) as session:
        add_plans(session, now=now)
        add_desk(session, now=now)
    told("Closing the months that are over")
    _close_months(engine, now)
    told("Loading bulletins")
    _load_bulletins(engine, settings, now)
    (folder / "loaded").touch()


def _load_bulletins(engine: Engine, settings: Settings, now: datetime) -> None:
    """Load the folder; what came with this release is approved by whoever loads the sample."""
    _look_at_bulletins(engine, settings, now)
    waiting = get_waiting(engine)
    if waiting.files and settings.content_dir.resolve() == paths.BULLETINS.resolve():
        by = operator("sample load")
        approve_files(engine, settings.content_dir, waiting.files, by=by, now=now)
        _look_at_bulletins(engine, settings, now)


def _look_at_bulletins(engine: Engine, settings: Settings, now: datetime) -> None:
    load_folder(
        engine,
        settings.content_dir,
        now,
        site=Site.of(settings),
        is_reviewed=settings.is_production,
    )


def _load_engine(
    engine: Engine, settings: Settings, now: datetime, told: Callable[[str], None]
) -> None:
    """Load what the engine keeps: organisations, accounts, closings, spoof policy, people."""
    told("Loading organisations")
    with unit_of_work(engine) as session:
        add_organisations(session, now=now)
        add_contacts(session, now=now)
    told("Loading accounts")
    with unit_of_work(engine) as session:
        add_accounts(session, now=now)
        add_requests(session, now=now)
        add_lists(session, now=now)
    told("Loading closings")
    with unit_of_work(engine) as session:
        add_closures(session, now=now)
        add_registrations(session, now=now)
    told("Loading spoof policy and its register")
    with unit_of_work(engine) as session:
        enter_presets(session, by=system("sample load").reference, now=now)
        add_spoofing(session, now=now)
    told("Loading people")
    add_people(engine, make_means(settings), settings.data, now=now)
    with unit_of_work(engine) as session:
        add_closed_roles(session, now=now)
    told("Loading password resets")
    with unit_of_work(engine) as session:
        add_resets(session, now=now)
    add_testers(engine, make_means(settings), answers_key(settings), settings.data, now=now)


def _load_readings(
    engine: Engine, definitions: Definitions, incidents: list[SampleIncident], now: datetime
) -> None:
    """Store readings ten minutes apart, under probes said to look that often; then as defined."""
    slower = [
        probe.model_copy(update={"interval_s": INTERVAL.total_seconds()})
        for probe in definitions.probes
    ]
    with unit_of_work(engine) as session:
        sync_definitions(session, definitions=replace(definitions, probes=tuple(slower)), now=now)
    spells = [spell for incident in incidents for spell in incident.spells()]
    spells += planned_spells(now)
    for probe in definitions.probes:
        if probe.component is not None:
            result = Result(tuple(sample_readings(probe.name, now=now, spells=spells)))
            with unit_of_work(engine) as session:
                store_result(session, probe=probe.name, result=result, journal=None, now=now)
    with unit_of_work(engine) as session:
        sync_definitions(session, definitions=definitions, now=now)


def _close_months(engine: Engine, now: datetime) -> None:
    """Take what was announced into the days, then close each month as the worker would have."""
    by = system("sample load")
    with unit_of_work(engine) as session:
        refresh_days(session, now=now)
        for month in list_due_months(session, now=now):
            close_month(session, month=month, by=by, now=now)
        _correct_a_month(session, now=now)


def _correct_a_month(session: Session, *, now: datetime) -> None:
    """The outage of Outlook Web Access: its first half hour was the probes' own network."""
    found = next(one for one in list_incidents(now) if one.probes == ("owa",))
    begun = found.spells()[0].from_at
    month = london_date(begun).replace(day=1)
    if get_export(session, month) is not None:
        correct_month(
            session,
            month=month,
            correction=Correction(
                found.components[0], begun, begun + timedelta(minutes=30), State.UNKNOWN
            ),
            reason="The network of the probes was down for the first half hour.",
            by=system("sample load"),
            now=now,
        )


def _load_logs(engine: Engine, definitions: Definitions, clock: Clock) -> None:
    for probe in definitions.probes:
        if probe.kind in LOG_KINDS:
            run_probe(engine, probe, clock)
