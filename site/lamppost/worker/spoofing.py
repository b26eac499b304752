"""The worker's share in spoof policy: the spool into the register, the mail log, notices, ends."""

import logging

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from lamppost.worker.mail_log import MailLog
from lamppost.worker.milter.spool import Spool, spool_of
from lamppost.worker.schedule import Job
from postmaster.access.actors import system
from postmaster.spoofing.intake import mark_outcomes, mark_taken, store_sightings
from postmaster.spoofing.keeping import forget_old
from postmaster.spoofing.leaves import lapse_leaves
from postmaster.spoofing.notices import owe_notices
from postmaster.spoofing.sightings import Sighting, SightingError, read_sighting

log = logging.getLogger(__name__)
SPOOL_S = 2
LOG_S = 10
NOTICES_S = 600
KEEPING_S = 3600
# Records brought in one transaction.
AT_ONCE = 500
WORKER = system("spoofing")


def list_spoof_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Bring the spool in every few seconds; tell recipients, end exceptions, forget what is old."""
    spool = spool_of(settings)
    jobs = [
        Job("spoof spool", SPOOL_S, lambda: _bring_all(engine, spool), is_recorded=False),
        Job("spoof notices", NOTICES_S, lambda: tell_recipients(engine, clock)),
        Job("spoof keeping", KEEPING_S, lambda: keep(engine, clock)),
    ]
    if settings.mail_log is not None:
        mail_log = MailLog(settings.mail_log, settings.data / "milter" / "log-place.json")
        jobs.append(
            Job("mail log", LOG_S, lambda: _read_all(engine, mail_log, clock), is_recorded=False)
        )
    return jobs


def bring_in(engine: Engine, spool: Spool) -> int:
    """Bring the oldest records into the register; gives how many files were dealt with.

    Files go once they are stored: a crash between the two brings them again, and they count once.
    A sign that an answer was taken goes with its record, never before it.
    """
    taken = spool.list_taken(AT_ONCE)
    records = spool.list_records(AT_ONCE)
    sightings: list[Sighting] = []
    for path in records:
        try:
            sightings.append(read_sighting(path.read_text(encoding="utf-8")))
        except (SightingError, UnicodeDecodeError) as error:
            log.warning("The record %s cannot be read (%s); it is set aside.", path.name, error)
            spool.set_aside(path)
    if sightings:
        with unit_of_work(engine) as session:
            store_sightings(session, sightings=sightings)
    for path in records:
        path.unlink(missing_ok=True)
    settled = [path for path in taken if not spool.holds(path.stem)]
    if settled:
        with unit_of_work(engine) as session:
            mark_taken(session, records=[path.stem for path in settled])
        for path in settled:
            path.unlink(missing_ok=True)
    return len(records) + len(settled)


def read_log(engine: Engine, mail_log: MailLog, clock: Clock) -> int:
    """What the mail server says became of messages; gives how many it spoke of."""
    outcomes, place = mail_log.read()
    if outcomes:
        with unit_of_work(engine) as session:
            mark_outcomes(session, outcomes=outcomes, now=clock.now())
    mail_log.remember(place)
    return len(outcomes)


def tell_recipients(engine: Engine, clock: Clock) -> None:
    """Owe the notices of blocked mail, some thousand messages a transaction."""
    told = 1
    while told:
        with unit_of_work(engine) as session:
            told = owe_notices(session, now=clock.now())


def keep(engine: Engine, clock: Clock) -> None:
    """End exceptions that ran out, remind of those that soon will, forget what is old."""
    with unit_of_work(engine) as session:
        lapse_leaves(session, by=WORKER, now=clock.now())
    gone = 1
    while gone:
        with unit_of_work(engine) as session:
            gone = forget_old(session, now=clock.now())


def _bring_all(engine: Engine, spool: Spool) -> None:
    if not spool.folder.is_dir():
        return
    while bring_in(engine, spool):
        pass


def _read_all(engine: Engine, mail_log: MailLog, clock: Clock) -> None:
    read_log(engine, mail_log, clock)
