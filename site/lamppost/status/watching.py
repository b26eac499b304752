"""Where probes and log disagree: red probes become one proposal, green ones a word to operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status import sentences
from lamppost.status.hssis.proposals import Proposal, propose
from lamppost.status.hssis.tables import HssiComponent, HssiRecord
from lamppost.status.hssis.watch import Seen, find_green
from lamppost.status.numbers import get_minutes
from lamppost.status.plans.reads import list_changes
from lamppost.status.standing import list_standings
from postmaster.policy.numbers import Key


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An open HSSI none of whose probes sees anything."""

    ref: str
    title: str
    words: str


def look(session: Session, *, now: datetime) -> list[Seen]:
    """What the probes say of every component by themselves, HSSIs left out.

    A component under a planned change is left out: its window silences alarms, not measurements.
    """
    changes = list_changes(session, now=now, days_back=0)
    standings = list_standings(session, now=now, policy=None, hssis=(), changes=changes)
    return [
        Seen(
            slug=one.slug,
            name=one.name,
            measured=one.measured,
            since=sentences.since(one),
            reason=sentences.detail_sentence(one).rstrip("."),
        )
        for one in standings
        if one.change is None
    ]


def watch(session: Session, *, now: datetime) -> Proposal | None:
    """Bring the proposal up to what the probes say now; gives it when it is new. By the worker."""
    return propose(session, seen=look(session, now=now), now=now)


def list_disagreements(session: Session, *, now: datetime) -> list[Disagreement]:
    """Open HSSIs, unpublished ones too, whose probes have all been green for a while."""
    named: dict[tuple[str, str], set[str]] = {}
    rows = session.execute(
        select(HssiRecord.ref, HssiRecord.title, HssiComponent.component)
        .join(HssiComponent, HssiComponent.ref == HssiRecord.ref)
        .where(HssiRecord.resolved_at.is_(None))
        .order_by(HssiRecord.raised_at, HssiRecord.ref)
    )
    for ref, title, component in rows:
        named.setdefault((ref, title), set()).add(component)
    if not named:
        return []
    after = timedelta(minutes=get_minutes(session, Key.HSSI_GREEN_FOR_MINUTES, now=now))
    seen = look(session, now=now)
    found = [
        (ref, title, find_green(seen, slugs, after=after, now=now))
        for (ref, title), slugs in named.items()
    ]
    return [Disagreement(ref, title, words) for ref, title, words in found if words is not None]
