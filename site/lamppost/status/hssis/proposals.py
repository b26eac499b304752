"""Put red probes before the operators: one proposal, raised or dismissed by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.hssis.drafting import raise_hssi
from lamppost.status.hssis.drafts import AT_ONCE, Ask
from lamppost.status.hssis.tables import HssiComponent, HssiProposal, HssiRecord
from lamppost.status.hssis.texts import HssiError, HssiState, Text, Wait
from lamppost.status.hssis.watch import RED, Seen, Suggestion, suggest
from lamppost.status.numbers import get_minutes
from lamppost.status.policy import LONGEST_HSSI_TITLE
from lamppost.status.tables import Component
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import record
from postmaster.policy.numbers import Key

WATCHER = "system:hssi-watcher"
# What is raised with one click is told on within so long, unless its operator says otherwise.
NEXT_UPDATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the probes put before the operators."""

    proposal_id: int
    made_at: datetime
    red_since: datetime
    components: tuple[str, ...]
    evidence: str


def get_proposal(session: Session) -> Proposal | None:
    """The proposal that waits; there is never more than one."""
    row = _get_waiting(session)
    return None if row is None else _proposal(row)


def list_proposals(session: Session, *, limit: int = 50) -> Sequence[Proposal]:
    """The newest proposals, whatever became of them."""
    rows = session.scalars(
        select(HssiProposal).order_by(HssiProposal.proposal_id.desc()).limit(limit)
    )
    return tuple(_proposal(row) for row in rows)


def draw_text(session: Session, proposal: Proposal, *, now: datetime) -> Text:
    """The text an operator raises with one click: what the probes saw, at severity 2."""
    rows = session.execute(
        select(Component.name)
        .where(Component.slug.in_(proposal.components))
        .order_by(Component.position, Component.slug)
    )
    names = [name for (name,) in rows]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return Text(
        title=f"{said} not working"[:LONGEST_HSSI_TITLE],
        summary=f"{proposal.evidence}\nWe are looking into it.",
        state=HssiState.INVESTIGATING,
        impact=2,
        urgency=2,
        components=proposal.components,
        next_update_due_at=now + NEXT_UPDATE,
    )


def propose(session: Session, *, seen: Sequence[Seen], now: datetime) -> Proposal | None:
    """Bring the one proposal to what the probes say; gives it when it is new.

    While one waits, more red components join it; when nothing is red any more, it is over by
    itself. An open HSSI that names no component covers all.
    """
    waiting = _get_waiting(session)
    if waiting is None and not any(one.measured in RED for one in seen):
        return None
    after = timedelta(minutes=get_minutes(session, Key.HSSI_PROPOSE_AFTER_MINUTES, now=now))
    found = suggest(seen, covered=_covered(session, seen), after=after, now=now)
    if waiting is not None:
        if found is None:
            waiting.decision, waiting.decided_at, waiting.decided_by = "over", now, WATCHER
        else:
            waiting.components = sorted({*waiting.components, *found.components})
            waiting.evidence = found.evidence
        session.flush()
        return None
    if found is None:
        return None
    return _again(session, found, now) or _propose(session, found, now)


def _again(session: Session, found: Suggestion, now: datetime) -> Proposal | None:
    """The last proposal again, when it was over only just now: a storm comes in gusts."""
    again = timedelta(minutes=get_minutes(session, Key.HSSI_PROPOSE_AGAIN_MINUTES, now=now))
    last = session.scalar(
        select(HssiProposal).order_by(HssiProposal.proposal_id.desc()).limit(1).with_for_update()
    )
    if last is None or last.decision != "over" or last.decided_at is None:
        return None
    if last.decided_at < now - again:
        return None
    last.decision, last.decided_at, last.decided_by = "waiting", None, None
    last.components = sorted({*last.components, *found.components})
    last.evidence = found.evidence
    session.flush()
    return _proposal(last)


def _propose(session: Session, found: Suggestion, now: datetime) -> Proposal:
    row = HssiProposal(
        made_at=now, red_since=found.red_since, components=list(found.components),
        evidence=found.evidence, decision="waiting",
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, action="hssis.propose", kind="hssi-proposal", key=str(row.proposal_id),
        changes={"components": (None, " ".join(found.components))}, by=WATCHER, now=now,
    )  # fmt: skip
    return _proposal(row)


@acts(Action.STATUS_WRITE)
def raise_proposal(
    session: Session,
    *,
    proposal_id: int,
    ref: str,
    text: Text,
    ask: Ask = AT_ONCE,
    by: Actor,
    now: datetime,
) -> Wait | None:
    """Raise the HSSI proposed, from the moment the probes turned red; gives why its text waits.

    Raises:
        HssiError: it no longer waits, or something given cannot be.
    """
    row = _lock(session, proposal_id)
    wait = raise_hssi(
        session,
        ref=ref,
        text=text,
        raised_at=row.red_since,
        origin="probe",
        ask=ask,
        by=by,
        now=now,
    )
    row.decision, row.decided_at, row.decided_by, row.ref = "raised", now, by.reference, ref.strip()
    session.flush()
    return wait


@acts(Action.STATUS_WRITE)
def dismiss_proposal(session: Session, *, proposal_id: int, by: Actor, now: datetime) -> None:
    """Say that it is none; what is red now is not proposed again until it was good in between.

    Raises:
        HssiError: it no longer waits.
    """
    row = _lock(session, proposal_id)
    row.decision, row.decided_at, row.decided_by = "dismissed", now, by.reference
    session.flush()
    record(
        session, action="hssis.dismiss", kind="hssi-proposal", key=str(proposal_id),
        by=by.reference, now=now,
    )  # fmt: skip


def _covered(session: Session, seen: Sequence[Seen]) -> set[str]:
    """Components an open HSSI speaks of, embargoed ones too, and those dismissed as they are."""
    still_open = select(HssiRecord.ref).where(HssiRecord.resolved_at.is_(None))
    named: Sequence[tuple[str, str | None]] = session.execute(
        select(HssiRecord.ref, HssiComponent.component)
        .outerjoin(HssiComponent, HssiComponent.ref == HssiRecord.ref)
        .where(HssiRecord.ref.in_(still_open))
    ).all()
    everything = {one.slug for one in seen}
    covered = {component for _, component in named if component is not None}
    if any(component is None for _, component in named):
        return everything
    last = session.scalar(
        select(HssiProposal)
        .where(HssiProposal.decision == "dismissed")
        .order_by(HssiProposal.decided_at.desc())
        .limit(1)
    )
    if last is not None and last.decided_at is not None:
        covered |= {
            one.slug
            for one in seen
            if one.slug in last.components
            and one.measured in RED
            and one.since is not None
            and one.since <= last.decided_at
        }
    return covered


def _get_waiting(session: Session) -> HssiProposal | None:
    return session.scalar(select(HssiProposal).where(HssiProposal.decision == "waiting").limit(1))


def _lock(session: Session, proposal_id: int) -> HssiProposal:
    row = session.get(HssiProposal, proposal_id, with_for_update=True)
    if row is None or row.decision != "waiting":
        raise HssiError("The proposal no longer waits.")
    return row


def _proposal(row: HssiProposal) -> Proposal:
    return Proposal(
        row.proposal_id, row.made_at, row.red_since, tuple(row.components), row.evidence
    )
