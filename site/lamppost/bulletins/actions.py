"""Folder to database: load what changed, publish what is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.bulletins.claims import Claims
from lamppost.bulletins.feeds import Site, list_stale_feeds, rebuild_feeds
from lamppost.bulletins.loading import Prepared, prepare_all
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.publishing import publish_file
from lamppost.bulletins.reads import list_problems
from lamppost.bulletins.scanning import Scan, Stamp, scan_folder
from lamppost.bulletins.source import SourceError
from lamppost.bulletins.storing import forget_files, store_prepared, store_problems, touch_stamp
from lamppost.bulletins.tables import Bulletin, BulletinAlias, BulletinFile
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


def load_folder(engine: Engine, folder: Path, now: datetime, *, site: Site) -> LoadReport:
    """Bring the database up to the files; unchanged files cost a stat each.

    A file with a mistake leaves its last good version up and its problems stored.

    Raises:
        FolderMissingError: no such folder; every bulletin stays as it was.
    """
    with read_only(engine) as session:
        known = _get_stamps(session)
        stale = list_stale_feeds(session, site)
    scan = scan_folder(folder, known, now)
    if scan.is_quiet and not stale:
        return LoadReport(unchanged=scan.unchanged)
    prepared = _prepare(engine, scan, now)
    with unit_of_work(engine) as session:
        feeds = _store(session, scan, prepared, stale=stale, site=site, now=now)
    return LoadReport(
        parsed=tuple(one.stamp.source for one in prepared),
        removed=scan.gone,
        unchanged=scan.unchanged,
        problems=tuple(problem for one in prepared for problem in one.problems),
        feeds=feeds,
    )


def _prepare(engine: Engine, scan: Scan, now: datetime) -> list[Prepared]:
    with read_only(engine) as session:
        claims = _get_claims(session, scan.gone)
    return prepare_all(engine, scan.changed, claims, now)


def _store(
    session: Session,
    scan: Scan,
    prepared: list[Prepared],
    *,
    stale: set[str],
    site: Site,
    now: datetime,
) -> tuple[str, ...]:
    for stamp in scan.touched:
        touch_stamp(session, stamp=stamp)
    if not (scan.changed or scan.gone or stale):
        return ()
    # First, because its row is what two loaders queue for.
    bump_generation(session, Area.BULLETINS)
    touched = forget_files(session, sources=scan.gone)
    touched |= store_prepared(session, prepared=prepared, now=now) | stale
    rebuild_feeds(session, paths=touched, site=site)
    return tuple(sorted(touched))


def publish_due(engine: Engine, folder: Path, now: datetime, *, site: Site) -> LoadReport:
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
            publish_file(engine, folder / source, source, now)
        except SourceError as error:
            _note_problems(engine, source, error.problems, now)
    return load_folder(engine, folder, now, site=site)


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


def _get_stamps(session: Session) -> dict[str, Stamp]:
    rows = session.execute(
        select(
            BulletinFile.source,
            BulletinFile.mtime_ns,
            BulletinFile.size,
            BulletinFile.sha256,
            BulletinFile.renderer,
            BulletinFile.seen_at,
            BulletinFile.in_conflict,
        ).order_by(BulletinFile.source)
    )
    return {row.source: Stamp(*row) for row in rows}


def _get_claims(session: Session, gone: Iterable[str]) -> Claims:
    """Who holds what, those leaving aside."""
    claims = Claims()
    rows = session.execute(
        select(Bulletin.source, Bulletin.entry_id, Bulletin.slug)
        .where(Bulletin.source.not_in(tuple(gone)))
        .order_by(Bulletin.slug)
    )
    holders: dict[str, str] = {}
    for source, entry_id, slug in rows:
        claims.hold(source, entry_id, [slug])
        holders[slug] = source
    aliases = select(BulletinAlias.alias, BulletinAlias.slug).order_by(BulletinAlias.alias)
    for alias, slug in session.execute(aliases):
        if slug in holders:
            claims.addresses[alias] = holders[slug]
    return claims
