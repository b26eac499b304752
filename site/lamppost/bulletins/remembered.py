"""What is remembered of the folder between two looks: stamps of files, and who holds what."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from lamppost.bulletins.claims import Claims
from lamppost.bulletins.scanning import AGAIN, Stamp
from lamppost.bulletins.tables import Bulletin, BulletinAlias, BulletinFile, BulletinVersion


def get_stamps(session: Session, *, is_reviewed: bool) -> dict[str, Stamp]:
    """Every file as last seen.

    One that was judged where reviewing was on or off otherwise, or that waits although somebody
    approved it meanwhile, is read again.
    """
    is_approved = and_(
        BulletinVersion.source == BulletinFile.source,
        BulletinVersion.sha256 == BulletinFile.sha256,
    )
    rows = session.execute(
        select(
            BulletinFile.source,
            BulletinFile.mtime_ns,
            BulletinFile.size,
            BulletinFile.sha256,
            BulletinFile.renderer,
            BulletinFile.seen_at,
            BulletinFile.in_conflict,
            BulletinFile.waits,
            BulletinFile.is_reviewed,
            BulletinVersion.approved_at,
        )
        .outerjoin(BulletinVersion, is_approved)
        .order_by(BulletinFile.source)
    )
    stamps: dict[str, Stamp] = {}
    for *stamp, waits, was_reviewed, approved_at in rows:
        known = Stamp(*stamp)
        is_stale = was_reviewed != is_reviewed or (waits and approved_at is not None)
        stamps[known.source] = replace(known, sha256=AGAIN) if is_stale else known
    return stamps


def get_claims(session: Session, gone: Iterable[str]) -> Claims:
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
