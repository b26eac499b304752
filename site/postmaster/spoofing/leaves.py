"""Exceptions: leave for one pair, on clinical-safety evidence, for so many days and no longer."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, ActorKind, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.rules import find_address_fault
from postmaster.audit.actions import Changes
from postmaster.days import london_day, say_day
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.spoofing.noting import note
from postmaster.spoofing.steps import LeaveState, SpoofError
from postmaster.spoofing.tables import SpoofLeave
from postmaster.spoofing.values import Network

SHORTEST_EVIDENCE = 40
LONGEST_WORDS = 4000
KEYS = ("ip:", "ptr:", "dkim:")


@dataclass(frozen=True, slots=True)
class LeaveAsk:
    """An exception somebody needs.

    `claimed` is one whole address, `infrastructure` a key of the register (`ptr:`, `dkim:`, `ip:`),
    `network` None for both, `evidence` the clinical safety officer's assessment, `owner` who
    answers for it and is reminded before its end. Days are of London, both inclusive.
    """

    organisation: str
    claimed: str
    infrastructure: str
    from_on: date
    to_on: date
    evidence: str
    owner: str
    network: Network | None = None


@acts(Action.SPOOFING_WORK)
def ask_leave(session: Session, *, ask: LeaveAsk, by: Actor, now: datetime) -> int:
    """Ask for an exception for one pair; gives its number. Somebody of the service decides.

    Raises:
        SpoofError: something given cannot be; `field` names it.
    """
    _check_place(session, ask.organisation, by)
    claim, key = ask.claimed.strip().lower(), ask.infrastructure.strip().lower()
    _check_pair(claim, key)
    _check_evidence(ask.evidence.strip(), ask.owner.strip())
    _check_days(session, ask.from_on, ask.to_on, london_day(now))
    row = SpoofLeave(
        organisation=ask.organisation,
        claimed=claim,
        infrastructure=key,
        network=ask.network,
        from_on=ask.from_on,
        to_on=ask.to_on,
        evidence=ask.evidence.strip(),
        owner=ask.owner.strip(),
        state=LeaveState.ASKED,
        asked_at=now,
        asked_by=by.reference,
    )
    row.digest = digest_leave(row)
    session.add(row)
    changes: Changes = {"to_on": (None, ask.to_on.isoformat())}
    note(session, row, "spoofing.ask_leave", changes, by=by, now=now)
    return row.leave_id


@acts(Action.SPOOFING_SWITCH)
def decide_leave(
    session: Session, *, leave_id: int, digest: str, is_granted: bool, by: Actor, now: datetime
) -> None:
    """Grant or refuse exactly what was asked for. Never by whoever asked.

    Raises:
        SpoofError: it is one's own, another digest than the one shown, decided already, or over.
    """
    row = _get(session, leave_id)
    if by.kind is not ActorKind.PERSON or by.reference == row.asked_by:
        raise SpoofError("Somebody else must decide, signed in to the panel.")
    if row.state != LeaveState.ASKED:
        raise SpoofError(f"It is {row.state} already.")
    if digest != row.digest or digest_leave(row) != digest:
        raise SpoofError("It is not what you were shown. Look at it again.")
    if is_granted and row.to_on < london_day(now):
        raise SpoofError("Its last day is past. Refuse it; they can ask again.")
    wanted = LeaveState.APPROVED if is_granted else LeaveState.REFUSED
    row.state, row.decided_at, row.decided_by = wanted, now, by.reference
    changes: Changes = {"state": (LeaveState.ASKED, wanted)}
    note(session, row, "spoofing.decide_leave", changes, by=by, now=now)


@acts(Action.SPOOFING_WORK)
def end_leave(session: Session, *, leave_id: int, why: str, by: Actor, now: datetime) -> None:
    """End an exception from this moment on.

    Raises:
        SpoofError: it is not in force or asked for, or there is no reason.
    """
    row = _get(session, leave_id)
    above = get_above(session, organisation=row.organisation)
    target = Target("spoof-leave", str(leave_id), row.organisation, above)
    ensure(by, Action.SPOOFING_WORK, target)
    if row.state not in {LeaveState.APPROVED, LeaveState.ASKED}:
        raise SpoofError("It is over already.")
    if not why.strip() or len(why) > LONGEST_WORDS:
        raise SpoofError("Say why it ends.", field="why")
    before, row.state = row.state, LeaveState.ENDED
    row.ended_at, row.ended_why = now, why.strip()
    changes: Changes = {"state": (before, LeaveState.ENDED)}
    note(session, row, "spoofing.end_leave", changes, by=by, now=now)


def lapse_leaves(session: Session, *, by: Actor, now: datetime) -> int:
    """Mark what has run out, and remind owners of what soon will; gives how many lapsed.

    A verdict goes by the dates: an exception is over at its last midnight whether this ran or not.
    """
    today = london_day(now)
    days = get_policy(session, on=today)[Key.SPOOF_LEAVE_REMIND_DAYS]
    rows = session.scalars(
        select(SpoofLeave)
        .where(SpoofLeave.state == LeaveState.APPROVED)
        .where(SpoofLeave.to_on <= today + timedelta(days=days))
    ).all()
    lapsed = 0
    for row in rows:
        if row.to_on < today:
            row.state = LeaveState.LAPSED
            changes: Changes = {"state": (LeaveState.APPROVED, LeaveState.LAPSED)}
            note(session, row, "spoofing.lapse_leave", changes, by=by, now=now)
            lapsed += 1
        elif row.reminded_at is None:
            row.reminded_at = now
            _remind(session, row, now)
    return lapsed


def digest_leave(row: SpoofLeave) -> str:
    """The digest of what is asked for: what a decision is bound to."""
    parts = [row.organisation, row.claimed, row.infrastructure, row.network and str(row.network)]
    parts += [row.from_on.isoformat(), row.to_on.isoformat(), row.evidence, row.owner]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _check_place(session: Session, organisation: str, by: Actor) -> None:
    above = get_above(session, organisation=organisation)
    ensure(by, Action.SPOOFING_WORK, Target("spoof-leave", "new", organisation, above))
    if session.get(Organisation, organisation) is None:
        raise SpoofError("There is no such organisation.", field="organisation")


def _check_evidence(evidence: str, owner: str) -> None:
    if find_address_fault(owner) is not None:
        raise SpoofError("Enter the address of whoever answers for it.", field="owner")
    if not SHORTEST_EVIDENCE <= len(evidence) <= LONGEST_WORDS:
        raise SpoofError(
            "Give the clinical safety officer's assessment: who would be harmed, and how.",
            field="evidence",
        )


def _check_days(session: Session, from_on: date, to_on: date, today: date) -> None:
    longest = get_policy(session, on=today)[Key.SPOOF_LEAVE_MAX_DAYS]
    first = max(from_on, today)
    if to_on < first:
        raise SpoofError("The last day must be after the first, and not past.", field="to_on")
    if (to_on - first).days >= longest:
        raise SpoofError(f"An exception lasts {longest} days at most.", field="to_on")


def _check_pair(claim: str, key: str) -> None:
    if find_address_fault(claim) is not None:
        raise SpoofError("Enter the one whole address that is claimed.", field="claimed")
    kind, _, name = key.partition(":")
    if f"{kind}:" not in KEYS or not name or " " in name or len(key) > 254:  # noqa: PLR2004 - the column
        raise SpoofError(
            "Enter who sends it as the register shows it, such as ptr:mailer.example.",
            field="infrastructure",
        )


def _remind(session: Session, row: SpoofLeave, now: datetime) -> None:
    text = (
        f"The exception number {row.leave_id} lets mail from {row.claimed} sent by "
        f"{row.infrastructure} reach {row.organisation} until {say_day(row.to_on)}.\n\n"
        "It ends by itself on that day; from then on such mail is treated as any other that spoofs "
        "the service. Make sure that the sender has found another way by then, or ask for a new "
        "exception with a new assessment.\n"
    )
    owe(
        session,
        cause="spoofing.leave",
        cause_key=str(row.leave_id),
        recipient=row.owner,
        subject=f"An exception of {row.organisation} ends on {say_day(row.to_on)}",
        text=text,
        template="spoof-leave-1",
        is_secret=False,
        now=now,
    )


def _get(session: Session, leave_id: int) -> SpoofLeave:
    row = session.scalar(
        select(SpoofLeave)
        .where(SpoofLeave.leave_id == leave_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise SpoofError("There is no such exception.")
    return row
