"""Switch a stage of the policy: proposed with a rehearsal, approved by somebody else, rolled back.

Going further takes two people, the approval bound to the row and the rehearsal it was proposed
with. Going back takes one, at once: whoever sees reminders lost must not look for a second first.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action as Right
from postmaster.audit.actions import Changes
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.spoofing.noting import note
from postmaster.spoofing.rehearsal import Rehearsal
from postmaster.spoofing.steps import SpoofError, StageState
from postmaster.spoofing.tables import SpoofStage
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage

# What a stage may do other than its own: the bulletin says delete, some senders should hear a no.
ACTIONS = {Stage.DELETE: (Action.DISCARD, Action.REJECT)}
LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stage somebody wants.

    `kind` None: for those that follow the stage. `from_at` None: to be confirmed. `action` chooses
    between discard and reject in the delete stage. `source`: who decided it and where that is
    written. `replaces`: the row whose date this one moves or confirms.
    """

    network: Network
    stage: Stage
    source: str
    kind: SpoofKind | None = None
    action: Action | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    replaces: int | None = None


@acts(Right.SPOOFING_SWITCH)
def propose_stage(
    session: Session, *, proposal: Proposal, rehearsal: Rehearsal, by: Actor, now: datetime
) -> int:
    """Propose a stage with the rehearsal of what it would have met; gives its number.

    Raises:
        SpoofError: something given cannot be.
    """
    words = _check_words(proposal.source, "source")
    if rehearsal.network is not proposal.network:
        raise SpoofError("The rehearsal is of another network.")
    _check_choice(proposal.stage, proposal.action)
    _check_dates(proposal.from_at, proposal.to_at, now)
    row = SpoofStage(
        network=proposal.network,
        kind=proposal.kind,
        stage=proposal.stage,
        action=proposal.action,
        from_at=proposal.from_at,
        to_at=proposal.to_at,
        source=words,
        state=StageState.PROPOSED,
        proposed_at=now,
        proposed_by=by.reference,
        rehearsal=json.dumps(rehearsal.as_json(), sort_keys=True),
        replaces=proposal.replaces,
    )
    row.digest = digest_stage(row)
    session.add(row)
    changes: Changes = {
        "stage": (None, proposal.stage),
        "network": (None, proposal.network),
        "kind": (None, proposal.kind),
    }
    note(session, row, "spoofing.propose", changes, by=by, now=now)
    return row.stage_id


@acts(Right.SPOOFING_SWITCH)
def approve_stage(
    session: Session, *, stage_id: int, digest: str, by: Actor, now: datetime
) -> None:
    """Approve exactly what was proposed and rehearsed. Never by whoever proposed it.

    A beginning that has passed meanwhile becomes the moment of the approval.

    Raises:
        SpoofError: it is one's own, another digest than the one shown, decided already, or the
            rehearsal is too old.
    """
    row = _get_for(session, stage_id)
    if by.kind is not ActorKind.PERSON or by.reference == row.proposed_by:
        raise SpoofError("Somebody else must approve it, signed in to the panel.")
    _check_state(row, StageState.PROPOSED)
    if digest != row.digest or digest_stage(row) != digest:
        raise SpoofError("It is not what you were shown. Look at the proposal again.")
    hours = get_policy(session, on=london_day(now))[Key.SPOOF_REHEARSAL_FRESH_HOURS]
    if now - row.proposed_at > timedelta(hours=hours):
        raise SpoofError(f"Its rehearsal is older than {hours} hours. Propose it again.")
    row.state, row.approved_at, row.approved_by = StageState.APPROVED, now, by.reference
    if row.from_at is not None and row.from_at < now:
        row.from_at = now
    if row.replaces is not None:
        old = _get_for(session, row.replaces)
        old.state, old.ended_why = StageState.MOVED, f"Its date was moved by number {stage_id}."
    changes: Changes = {"state": (StageState.PROPOSED, StageState.APPROVED)}
    note(session, row, "spoofing.approve", changes, by=by, now=now)


@acts(Right.SPOOFING_SWITCH)
def withdraw_stage(session: Session, *, stage_id: int, why: str, by: Actor, now: datetime) -> None:
    """Take back what is proposed, or approved and not begun.

    Raises:
        SpoofError: it has begun (roll it back then), is over, or there is no reason.
    """
    row, words = _get_for(session, stage_id), _check_words(why, "why")
    if row.state == StageState.APPROVED and row.from_at is not None and row.from_at <= now:
        raise SpoofError("It has begun. Roll it back.")
    if row.state not in {StageState.PROPOSED, StageState.APPROVED}:
        raise SpoofError("It is over already.")
    changes: Changes = {"state": (row.state, StageState.WITHDRAWN)}
    row.state, row.ended_why = StageState.WITHDRAWN, words
    note(session, row, "spoofing.withdraw", changes, by=by, now=now)


@acts(Right.SPOOFING_SWITCH)
def postpone_stage(
    session: Session,
    *,
    stage_id: int,
    from_at: datetime | None,
    why: str,
    by: Actor,
    now: datetime,
) -> None:
    """Move the beginning of an approved stage to a later moment, or to one not known yet.

    Raises:
        SpoofError: it has begun, the moment is earlier (propose it afresh), or no reason.
    """
    row, words = _get_for(session, stage_id), _check_words(why, "why")
    _check_state(row, StageState.APPROVED)
    if row.from_at is None or row.from_at <= now:
        raise SpoofError("It has begun, or its date is not known. Roll it back, or propose one.")
    if from_at is not None and from_at <= row.from_at:
        raise SpoofError("An earlier date takes two people: propose it.", field="from_at")
    changes: Changes = {
        "from": (row.from_at.isoformat(), from_at.isoformat() if from_at else "to be confirmed")
    }
    row.from_at, row.ended_why = from_at, words
    note(session, row, "spoofing.postpone", changes, by=by, now=now)


@acts(Right.SPOOFING_SWITCH)
def roll_back_stage(session: Session, *, stage_id: int, why: str, by: Actor, now: datetime) -> None:
    """End a stage from this moment; what held before it holds again.

    Raises:
        SpoofError: it is not in force, or there is no reason.
    """
    row, words = _get_for(session, stage_id), _check_words(why, "why")
    _check_state(row, StageState.APPROVED)
    if row.rolled_back_at is not None or row.from_at is None or row.from_at > now:
        raise SpoofError("It is not in force, so there is nothing to roll back.")
    row.rolled_back_at, row.rolled_back_by, row.rolled_back_why = now, by.reference, words
    changes: Changes = {"rolled_back_at": (None, now.isoformat())}
    note(session, row, "spoofing.roll_back", changes, by=by, now=now)


def digest_stage(row: SpoofStage) -> str:
    """The digest of a row and its rehearsal: what an approval is bound to."""
    words = {
        "network": str(row.network),
        "kind": str(row.kind) if row.kind else None,
        "stage": str(row.stage),
        "action": str(row.action) if row.action else None,
        "from": row.from_at.isoformat() if row.from_at else None,
        "to": row.to_at.isoformat() if row.to_at else None,
        "source": row.source,
        "replaces": row.replaces,
        "rehearsal": json.loads(row.rehearsal),
    }
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def _check_choice(stage: Stage, action: Action | None) -> None:
    if action is not None and action not in ACTIONS.get(stage, ()):
        raise SpoofError("Only the delete stage has a choice: discard or reject.", field="action")


def _check_dates(from_at: datetime | None, to_at: datetime | None, now: datetime) -> None:
    if from_at is not None and from_at < now - timedelta(minutes=1):
        raise SpoofError("A stage does not begin in the past.", field="from_at")
    if to_at is not None and (from_at is None or to_at <= from_at):
        raise SpoofError("The end must be after the beginning.", field="to_at")


def _get_for(session: Session, stage_id: int) -> SpoofStage:
    row = session.scalar(
        select(SpoofStage)
        .where(SpoofStage.stage_id == stage_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise SpoofError("There is no such stage.")
    return row


def _check_state(row: SpoofStage, wanted: StageState) -> None:
    if row.state != wanted:
        raise SpoofError(f"It is {row.state}, not {wanted}.")


def _check_words(text: str, field: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST_WORDS:
        raise SpoofError("Say why and who decided it, in at most 2,000 letters.", field=field)
    return words
