"""A new era proposed, its number raised, signed into the register, rejected or withdrawn."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action
from postmaster.audit.actions import Changes, record
from postmaster.days import london_day
from postmaster.eras.records import digest_era, make_simulation, say_tripped, write_simulation
from postmaster.eras.rules import (
    EditStatus,
    EraError,
    NewEra,
    NewNumber,
    apply_era,
    check_era,
    list_dated,
)
from postmaster.eras.tables import PolicyEdit, PolicyEditNumber
from postmaster.lifecycle.comparing import Comparison, compare_policies
from postmaster.policy.actions import enter_era
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy, list_numbers
from postmaster.policy.rules import policy_on


@acts(Action.POLICY_WRITE)
def propose_era(session: Session, *, new: NewEra, by: Actor, now: datetime) -> int:
    """Propose an era with what it would do to the estate as it is; gives the edit's id.

    Raises:
        EraError: with what is wrong and how to mend it.
    """
    check_era(list_numbers(session), new, today=london_day(now))
    found = simulate_era(session, new=new, by=by, now=now)
    simulation = make_simulation(found)
    text = write_simulation(simulation)
    edit = PolicyEdit(
        era=new.era,
        holds_from=new.holds_from,
        reason=new.reason,
        status=EditStatus.PROPOSED,
        proposed_at=now,
        proposed_by=by.reference,
        simulation=text,
        digest=digest_era(new, text),
        highest_permille=simulation.highest,
        tripped=say_tripped(found, get_policy(session, on=london_day(now))),
    )
    session.add(edit)
    session.flush()
    for one in new.numbers:
        session.add(
            PolicyEditNumber(edit_id=edit.edit_id, key=one.key, value=one.value, source=one.source)
        )
    changes: Changes = {"status": (None, EditStatus.PROPOSED), "digest": (None, edit.digest)}
    _note(session, edit, "policy.propose", changes, by=by, now=now)
    return edit.edit_id


def simulate_era(session: Session, *, new: NewEra, by: Actor, now: datetime) -> Comparison:
    """Who would move if the first day of an era were today; nothing is written.

    Raises:
        postmaster.policy.rules.UnknownDayError: its first day is before the register begins.
    """
    held = list_numbers(session)
    return compare_policies(
        session,
        reader=by,
        before=policy_on(held, new.holds_from),
        after=apply_era(held, new),
        as_of=now,
    )


@acts(Action.POLICY_WRITE)
def raise_edit_limit(
    session: Session, *, edit_id: int, permille: int, why: str, by: Actor, now: datetime
) -> None:
    """Allow an era that passed a threshold to move a larger share, by somebody else, with why.

    Raises:
        EraError: nothing was passed, the number is too small, there is no reason, or it is one's
            own proposal.
    """
    edit = get_edit_for(session, edit_id)
    _check_second(edit, by)
    if edit.tripped is None:
        raise EraError("No threshold was passed, so there is nothing to raise.")
    if permille < edit.highest_permille:
        raise EraError(
            f"The era moves up to {edit.highest_permille}‰: the number must be that or more."
        )
    if not why.strip():
        raise EraError("Say why so many may move.")
    before, edit.limit_permille = edit.limit_permille, permille
    edit.limit_by, edit.limit_why = by.reference, why.strip()
    _note(session, edit, "policy.raise", {"limit": (before, permille)}, by=by, now=now)


@acts(Action.POLICY_WRITE)
def sign_era(session: Session, *, edit_id: int, digest: str, by: Actor, now: datetime) -> None:
    """Sign exactly what was shown: the numbers stand in the register. Never by who proposed it.

    The estate is looked at again: an era that would by now move a larger share than was allowed
    is not signed.

    Raises:
        EraError: it is one's own, another digest than the one shown, its day has come, a threshold
            was passed and nobody raised the number, or it would move more by now.
    """
    edit = get_edit_for(session, edit_id)
    _check_second(edit, by)
    new = read_new_era(session, edit)
    if digest != edit.digest or digest_era(new, edit.simulation) != digest:
        raise EraError("This is not what you were shown. Look at the proposal again.")
    check_era(list_numbers(session), new, today=london_day(now))
    if edit.tripped is not None and edit.limit_permille is None:
        raise EraError(f"{edit.tripped} Somebody else must raise the number first, with why.")
    _check_grown(session, edit, new, by=by, now=now)
    enter_era(session, numbers=list_dated(new), by=by.reference, now=now)
    _decide(session, edit, EditStatus.SIGNED, "policy.sign", why=None, by=by, now=now)


@acts(Action.POLICY_WRITE)
def reject_era(session: Session, *, edit_id: int, why: str, by: Actor, now: datetime) -> None:
    """Reject somebody else's proposal, with why.

    Raises:
        EraError: it is decided, one's own, or there is no reason.
    """
    edit = get_edit_for(session, edit_id)
    _check_second(edit, by)
    if not why.strip():
        raise EraError("Say why the proposal is rejected.")
    _decide(session, edit, EditStatus.REJECTED, "policy.reject", why=why.strip(), by=by, now=now)


@acts(Action.POLICY_WRITE)
def withdraw_era(session: Session, *, edit_id: int, by: Actor, now: datetime) -> None:
    """Withdraw one's own proposal.

    Raises:
        EraError: it is decided, or somebody else's.
    """
    edit = get_edit_for(session, edit_id)
    if by.reference != edit.proposed_by:
        raise EraError("Somebody else proposed it. You can reject it.")
    _decide(session, edit, EditStatus.WITHDRAWN, "policy.withdraw", why=None, by=by, now=now)


def get_edit_for(session: Session, edit_id: int) -> PolicyEdit:
    """A proposal nobody has decided, its row locked until the transaction ends.

    Raises:
        EraError: there is none, or it is decided.
    """
    edit = session.get(PolicyEdit, edit_id, with_for_update=True, populate_existing=True)
    if edit is None:
        raise EraError("There is no such proposal.")
    if edit.status != EditStatus.PROPOSED:
        raise EraError(f"The proposal is {edit.status} already.")
    return edit


def read_new_era(session: Session, edit: PolicyEdit) -> NewEra:
    """What an edit proposes."""
    rows = session.scalars(
        select(PolicyEditNumber)
        .where(PolicyEditNumber.edit_id == edit.edit_id)
        .order_by(PolicyEditNumber.key)
    )
    numbers = [NewNumber(Key(row.key), row.value, row.source) for row in rows]
    return NewEra(edit.era, edit.holds_from, edit.reason, numbers)


def _check_grown(
    session: Session, edit: PolicyEdit, new: NewEra, *, by: Actor, now: datetime
) -> None:
    """Refuse what would by now pass a threshold, or the raised number, that it did not pass."""
    found = simulate_era(session, new=new, by=by, now=now)
    highest = make_simulation(found).highest
    tripped = say_tripped(found, get_policy(session, on=london_day(now)))
    if tripped is not None and highest > (edit.limit_permille or 0):
        raise EraError(
            f"{tripped} That is more than was shown when it was proposed. Propose it anew."
        )


def _check_second(edit: PolicyEdit, by: Actor) -> None:
    if by.kind is not ActorKind.PERSON:
        raise EraError("A second person decides this, signed in to the panels.")
    if by.reference == edit.proposed_by:
        raise EraError("You proposed this. Somebody else must decide it.")


def _decide(
    session: Session,
    edit: PolicyEdit,
    wanted: EditStatus,
    action: str,
    *,
    why: str | None,
    by: Actor,
    now: datetime,
) -> None:
    before, edit.status = edit.status, wanted
    edit.decided_at, edit.decided_by, edit.decided_why = now, by.reference, why
    _note(session, edit, action, {"status": (before, wanted)}, by=by, now=now)


def _note(
    session: Session, edit: PolicyEdit, action: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    session.flush()
    record(
        session,
        action=action,
        kind="policy-edit",
        key=str(edit.edit_id),
        changes=changes,
        by=by.reference,
        now=now,
    )
