"""Versions of files that somebody answers for: kept first, landed when the file holds them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lamppost.bulletins.review import Review, digest_content
from lamppost.bulletins.tables import BulletinVersion
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import record
from postmaster.upserts import upsert_into

KIND = "bulletin"
APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Version:
    """What a file is to hold, by which act, and what changes by it for the audit."""

    source: str
    content: bytes
    act: str
    changes: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash the file will have."""
        return digest_content(self.content)


@acts(Action.BULLETINS_WRITE)
def keep_version(session: Session, *, version: Version, by: Actor, now: datetime) -> None:
    """Answer for a content before the file holds it."""
    session.execute(
        upsert_into(session, BulletinVersion).values(
            source=version.source, sha256=version.sha256, content=version.content, act=version.act,
            changes={key: list(pair) for key, pair in version.changes.items()},
            approved_by=by.reference, approved_at=now, landed_at=None,
        )
    )  # fmt: skip


@acts(Action.BULLETINS_WRITE)
def approve_version(
    session: Session, *, source: str, content: bytes, by: Actor, now: datetime
) -> None:
    """Answer for what a file holds already; doing it again changes nothing."""
    version = Version(source, content, APPROVE)
    known = session.get(BulletinVersion, (source, version.sha256))
    if known is not None and known.landed_at is not None:
        return
    keep_version(session, version=version, by=by, now=now)
    land_version(session, source=source, sha256=version.sha256, now=now)


def land_version(session: Session, *, source: str, sha256: str, now: datetime) -> None:
    """Note that the file holds a version, with the audit entry of its act; once.

    What was approved earlier for the file ends: an old version put back is reviewed like any other.
    """
    row = session.scalar(
        select(BulletinVersion)
        .where(BulletinVersion.source == source, BulletinVersion.sha256 == sha256)
        .with_for_update()
    )
    if row is None or row.landed_at is not None:
        return
    row.landed_at = now
    session.flush()
    changes = {key: (before, after) for key, (before, after) in row.changes.items()}
    before = session.scalar(
        select(BulletinVersion.sha256)
        .where(BulletinVersion.source == source, BulletinVersion.landed_at.is_not(None))
        .where(BulletinVersion.sha256 != sha256)
        .order_by(BulletinVersion.approved_at.desc())
        .limit(1)
    )
    record(
        session, action=f"bulletins.{row.act}", kind=KIND, key=source, by=row.approved_by, now=now,
        changes={**changes, "sha256": (before, sha256)},
    )  # fmt: skip
    session.execute(
        delete(BulletinVersion).where(
            BulletinVersion.source == source,
            BulletinVersion.sha256 != sha256,
            BulletinVersion.approved_at <= row.approved_at,
        )
    )


def land_seen(session: Session, *, seen: Collection[tuple[str, str]], now: datetime) -> None:
    """Land what a look at the folder found in the files although its writer was cut off."""
    waiting = session.execute(
        select(BulletinVersion.source, BulletinVersion.sha256)
        .where(BulletinVersion.landed_at.is_(None))
        .order_by(BulletinVersion.approved_at, BulletinVersion.source)
    ).all()
    for source, sha256 in waiting:
        if (source, sha256) in seen:
            land_version(session, source=source, sha256=sha256, now=now)


def forget_version(session: Session, *, source: str, sha256: str) -> None:
    """Take back what was kept and never written."""
    session.execute(
        delete(BulletinVersion).where(
            BulletinVersion.source == source,
            BulletinVersion.sha256 == sha256,
            BulletinVersion.landed_at.is_(None),
        )
    )


def get_review(session: Session, *, is_on: bool) -> Review:
    """Every content somebody answers for; none is asked for where files are not reviewed."""
    if not is_on:
        return Review()
    rows = session.execute(
        select(BulletinVersion.source, BulletinVersion.sha256).order_by(BulletinVersion.source)
    )
    return Review(is_on, frozenset((source, sha256) for source, sha256 in rows))


def get_landed(session: Session, source: str) -> BulletinVersion | None:
    """The version somebody answers for that the file held last, or None."""
    query = (
        select(BulletinVersion)
        .where(BulletinVersion.source == source, BulletinVersion.landed_at.is_not(None))
        .order_by(BulletinVersion.approved_at.desc())
        .limit(1)
    )
    return session.scalar(query)
