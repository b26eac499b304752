"""Folder to database: load what changed, publish what is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.bulletins.feeds import Site, list_stale_feeds, rebuild_feeds
from lamppost.bulletins.loading import Prepared, prepare_all
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.publishing import publish_file
from lamppost.bulletins.reads import list_problems
from lamppost.bulletins.remembered import get_claims, get_stamps
from lamppost.bulletins.scanning import Scan, scan_folder
from lamppost.bulletins.source import SourceError
from lamppost.bulletins.storing import forget_files, store_prepared, store_problems, touch_stamp
from lamppost.bulletins.tables import BulletinFile
from lamppost.bulletins.versions import get_review, land_seen
from lamppost.database import read_only, unit_of_work
from lamppost.generation.actions import Area, bump_generation


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one look at the folder did. `parsed` are the files that were read and rendered."""

    parsed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    feeds: tuple[str, ...] = ()


def load_folder(
    engine: Engine, folder: Path, now: datetime, *, site: Site, is_reviewed: bool = False
) -> LoadReport:
    """Bring the database up to the files; unchanged files cost a stat each.

    A file with a mistake leaves its last good version up and its problems stored. Where files are
    reviewed, a content nobody approved leaves the last approved version up and waits.

    Raises:
        FolderMissingError: no such folder; every bulletin stays as it was.
    """
    with read_only(engine) as session:
        known = get_stamps(session, is_reviewed=is_reviewed)
        stale = list_stale_feeds(session, site)
    scan = scan_folder(folder, known, now)
    if scan.is_quiet and not stale:
        return LoadReport(unchanged=scan.unchanged)
    prepared = _prepare(engine, scan, now, is_reviewed=is_reviewed)
    with unit_of_work(engine) as session:
        for stamp in scan.touched:
            touch_stamp(session, stamp=stamp)
        feeds: tuple[str, ...] = ()
        if scan.changed or scan.gone or stale:
            # First, because its row is what two loaders queue for.
            bump_generation(session, Area.BULLETINS)
            touched = forget_files(session, sources=scan.gone)
            touched |= _store(session, prepared, is_reviewed=is_reviewed, now=now) | stale
            rebuild_feeds(session, paths=touched, site=site)
            feeds = tuple(sorted(touched))
    return LoadReport(
        parsed=tuple(one.stamp.source for one in prepared),
        removed=scan.gone,
        unchanged=scan.unchanged,
        problems=tuple(problem for one in prepared for problem in one.problems),
        feeds=feeds,
    )


def _prepare(engine: Engine, scan: Scan, now: datetime, *, is_reviewed: bool) -> list[Prepared]:
    with read_only(engine) as session:
        claims = get_claims(session, scan.gone)
        review = get_review(session, is_on=is_reviewed)
    return prepare_all(engine, scan.changed, claims, now, review)


def _store(
    session: Session, prepared: list[Prepared], *, is_reviewed: bool, now: datetime
) -> set[str]:
    land_seen(session, seen={(p.stamp.source, p.stamp.sha256) for p in prepared}, now=now)
    return store_prepared(session, prepared=prepared, is_reviewed=is_reviewed, now=now)


def publish_due(
    engine: Engine, folder: Path, now: datetime, *, site: Site, is_reviewed: bool = False
) -> LoadReport:
    """Publish every file whose moment has come, then load the folder.

    Publishing writes into the file: status, published_at, and what each fact said. A file that
    cannot be published keeps its problem until it is mended.
    """
    with read_only(engine) as session:
        due = session.scalars(
            select(BulletinFile.source)
            .where(BulletinFile.due_at <= now)
            .order_by(BulletinFile.source)
        ).all()
    for source in due:
        try:
            publish_file(engine, folder / source, source, now, is_reviewed=is_reviewed)
        except SourceError as error:
            _note_problems(engine, source, error.problems, now)
    return load_folder(engine, folder, now, site=site, is_reviewed=is_reviewed)


def _note_problems(engine: Engine, source: str, problems: Iterable[Problem], now: datetime) -> None:
    """Store why a file could not be published, once: it is tried again every few seconds."""
    told = tuple(problems)
    with read_only(engine) as session:
        stored = [problem for problem in list_problems(session) if problem.file == source]
    if sorted(stored) == sorted(told):
        return
    with unit_of_work(engine) as session:
        store_problems(session, problems={source: told}, now=now)
        bump_generation(session, Area.BULLETINS)
