"""Read what came back out of a Maildir, and write it beside the messages it is about."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.delivery.reports import LARGEST, Report, read_report
from lamppost.settings import Settings
from postmaster.outbox.carrying import take_report

log = logging.getLogger(__name__)
MOST_FILES = 500
SEEN = ":2,S"


@dataclass(frozen=True, slots=True)
class ReadBounces:
    """How many reports were written down, were about nothing of ours, and were no reports."""

    recorded: int = 0
    unknown: int = 0
    others: int = 0


def bounce_folder(settings: Settings) -> Path | None:
    """The Maildir `bounces` in the data folder, if somebody made it."""
    folder = settings.data / "bounces"
    return folder if (folder / "new").is_dir() else None


def read_bounces(engine: Engine, folder: Path, clock: Clock) -> ReadBounces:
    """Take in every new mail of a Maildir; each moves to `cur` once it is written down."""
    counted = ReadBounces()
    for path in _new_mail(folder):
        try:
            with path.open("rb") as file:
                reports = read_report(file.read(LARGEST))
        except OSError as error:
            log.warning("A mail among the bounces cannot be read (%s).", error.strerror)
            continue
        counted = _take(engine, reports, clock, counted)
        _mark_read(folder, path)
    if counted.unknown:
        log.info("%s reports are about no message of ours.", counted.unknown)
    return counted


def _take(
    engine: Engine, reports: tuple[Report, ...], clock: Clock, counted: ReadBounces
) -> ReadBounces:
    if not reports:
        return replace(counted, others=counted.others + 1)
    with unit_of_work(engine) as session:
        known = sum(
            take_report(
                session,
                mail_message_id=report.mail_message_id,
                action=report.action,
                report=report.words,
                now=clock.now(),
            )
            for report in reports
        )
    return replace(
        counted,
        recorded=counted.recorded + known,
        unknown=counted.unknown + len(reports) - known,
    )


def _new_mail(folder: Path) -> Iterator[Path]:
    """Plain files only: a link or a pipe in the folder is not mail."""
    found = sorted(path for path in (folder / "new").iterdir() if not path.name.startswith("."))
    yield from [path for path in found if path.is_file() and not path.is_symlink()][:MOST_FILES]


def _mark_read(folder: Path, path: Path) -> None:
    (folder / "cur").mkdir(exist_ok=True)
    path.rename(folder / "cur" / (path.name.partition(":")[0] + SEEN))
