"""What an HSSI does elsewhere, in its own transaction: intervals of components, blackouts.

An embargo hides an HSSI from readers, never from here: batches hold from the moment it is raised.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from lamppost.status.blend import lift
from lamppost.status.hssis.matrix import HIGH
from lamppost.status.hssis.tables import HssiInterval
from lamppost.status.policy import BLACKOUTS_BACK
from lamppost.status.tables import Component
from postmaster.blackouts.actions import NewPeriod, add_periods, end_period, set_period
from postmaster.blackouts.reads import list_periods_of
from postmaster.blackouts.rules import MailPath, Source

KIND = "hssi"
REASON = "A High Severity Service Incident is open on the path of mail."


@dataclass(frozen=True, slots=True)
class Effect:
    """How an HSSI stands now, as far as anything else depends on it."""

    ref: str
    severity: int
    components: tuple[str, ...]
    raised_at: datetime
    ended_at: datetime | None  # resolved
    reopened: int = 0


class Lasted(Protocol):
    """Something with a beginning and, once it is over, an end."""

    @property
    def raised_at(self) -> datetime | None: ...  # noqa: D102 - the words are those of the log
    @property
    def resolved_at(self) -> datetime | None: ...  # noqa: D102 - the class says it


def write_effects(
    session: Session, effect: Effect, *, since: datetime, by: str, now: datetime
) -> None:
    """Bring intervals and blackouts to how the HSSI stands, changed at `since`."""
    write_intervals(session, effect, since=since)
    write_blackout(session, effect, since=since, by=by, now=now)


def write_intervals(session: Session, effect: Effect, *, since: datetime) -> None:
    """Close the intervals that no longer hold and open those that begin."""
    state = lift(effect.severity).value
    wanted = set(effect.components) if effect.ended_at is None else set()
    rows = session.scalars(
        select(HssiInterval).where(HssiInterval.ref == effect.ref, HssiInterval.ended_at.is_(None))
    )
    for row in rows:
        if row.component in wanted and row.state == state:
            wanted.discard(row.component)
        else:
            row.ended_at = max(row.started_at, effect.ended_at or since)
    for slug in sorted(wanted):
        session.add(HssiInterval(ref=effect.ref, component=slug, state=state, started_at=since))
    session.flush()


def move_edges(session: Session, ref: str, before: Lasted, after: Lasted) -> None:
    """Follow a log that corrects when its HSSI began, or when it ended."""
    if before.raised_at is not None and before.raised_at != after.raised_at:
        session.execute(
            update(HssiInterval)
            .where(HssiInterval.ref == ref, HssiInterval.started_at == before.raised_at)
            .values(started_at=after.raised_at)
        )
    if before.resolved_at is None or after.resolved_at in {None, before.resolved_at}:
        return
    session.execute(
        update(HssiInterval)
        .where(HssiInterval.ref == ref, HssiInterval.ended_at == before.resolved_at)
        .values(ended_at=after.resolved_at)
    )
    session.execute(
        delete(HssiInterval).where(
            HssiInterval.ref == ref, HssiInterval.started_at > after.resolved_at
        )
    )


def write_whole_intervals(session: Session, effects: Iterable[Effect]) -> None:
    """The intervals of HSSIs that are new here, from when they were raised to when they ended."""
    rows = [
        {
            "ref": one.ref, "component": slug, "state": lift(one.severity).value,
            "started_at": one.raised_at, "ended_at": one.ended_at,
        }
        for one in effects
        for slug in dict.fromkeys(one.components)
    ]  # fmt: skip
    if rows:
        session.execute(insert(HssiInterval), rows)


def write_blackout(
    session: Session,
    effect: Effect,
    *,
    since: datetime,
    by: str,
    now: datetime,
    is_known_only: bool = False,
) -> None:
    """Hold batches and notice days while a mail HSSI of severity 1 or 2 is open.

    Reopened, it is a period of its own: the days between were good. `is_known_only`: only end what
    is held, begin nothing.
    """
    key = f"{effect.ref}#{effect.reopened}" if effect.reopened else effect.ref
    source = Source(KIND, key)
    if effect.ended_at is not None and effect.ended_at < now - BLACKOUTS_BACK:
        return
    known = list_periods_of(session, source=source)
    paths = _mail_paths(session, effect.components)
    if effect.severity > HIGH or not paths or is_known_only:
        # Played down, or off the path of mail: it holds no more from that moment on.
        if any(period.interval.until_at is None for period in known):
            end_period(session, source=source, at=since, by=by, now=now)
        return
    began_at = since if effect.reopened else effect.raised_at
    set_period(
        session,
        source=source,
        from_at=known[0].interval.from_at if effect.reopened and known else began_at,
        until_at=effect.ended_at,
        # Neutral: the incident itself may not be public yet.
        reason=REASON,
        mail_paths=paths,
        by=by,
        now=now,
    )


def write_new_blackouts(
    session: Session, effects: Iterable[Effect], *, by: str, now: datetime
) -> None:
    """The same for many HSSIs that are new here, in a few statements."""
    rows = session.execute(select(Component.slug, Component.mail_path))
    known: dict[str, str | None] = {slug: path for slug, path in rows}
    periods = []
    for one in effects:
        named = {known[slug] for slug in one.components if known.get(slug)}
        paths = frozenset(MailPath(path) for path in named if path)
        if not one.components:
            paths = frozenset({MailPath.ANY})
        is_past = one.ended_at is not None and one.ended_at < now - BLACKOUTS_BACK
        if paths and one.severity <= HIGH and not is_past:
            periods.append(NewPeriod(one.ref, one.raised_at, one.ended_at, REASON, paths))
    add_periods(session, kind=KIND, periods=periods, by=by, now=now)


def _mail_paths(session: Session, components: Collection[str]) -> set[MailPath]:
    """The paths of the components; of one that names no component, all of them."""
    if not components:
        return {MailPath.ANY}
    rows = session.scalars(
        select(Component.mail_path).where(
            Component.slug.in_(components), Component.mail_path.is_not(None)
        )
    )
    return {MailPath(path) for path in rows if path}
