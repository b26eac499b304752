"""Holds: why an account must not go, whoever asks. Placed and lifted, never deleted."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.addresses import refuse
from postmaster.accounts.changes import get_for, note
from postmaster.accounts.rules import AccountError, HoldKind, Status, find_reason_fault
from postmaster.accounts.tables import Account, AccountHold
from postmaster.days import london_day


@acts(Action.ACCOUNTS_STATE)
def place_hold(
    session: Session,
    *,
    account_id: int,
    kind: HoldKind,
    reason: str,
    review_on: date,
    by: Actor,
    now: datetime,
) -> int:
    """Hold an account until somebody lifts it; gives the hold's id. `by` owns it.

    A deleted account can be held too: then it is not purged.

    Raises:
        AccountError: it was purged, there is no reason, or the day of review is past.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    if row.status == Status.PURGED:
        raise AccountError("It was purged. Nothing is left to hold.")
    refuse(find_reason_fault(reason.strip()), "reason")
    if review_on <= london_day(now):
        refuse("Give a day after today on which somebody looks at it again.", "review_on")
    hold = AccountHold(
        account_id=account_id,
        kind=kind,
        reason=reason.strip(),
        review_on=review_on,
        placed_at=now,
        placed_by=by.reference,
    )
    session.add(hold)
    changes = {"hold": (None, kind), "review_on": (None, review_on.isoformat())}
    _count(session, row)
    personal = {"reason": hold.reason}
    note(session, row, "accounts.hold", changes, personal=personal, by=by, now=now)
    return hold.hold_id


@acts(Action.ACCOUNTS_STATE)
def review_hold(
    session: Session, *, hold_id: int, review_on: date, by: Actor, now: datetime
) -> None:
    """Somebody looked at a hold and keeps it: it is looked at again on another day.

    Raises:
        AccountError: there is none in force, or the day is past.
    """
    hold, row = _get_in_force(session, hold_id, by)
    if review_on <= london_day(now):
        refuse("Give a day after today on which somebody looks at it again.", "review_on")
    changes = {"review_on": (hold.review_on.isoformat(), review_on.isoformat())}
    hold.review_on = review_on
    note(session, row, "accounts.review-hold", changes, by=by, now=now)


@acts(Action.ACCOUNTS_STATE)
def lift_hold(session: Session, *, hold_id: int, by: Actor, now: datetime) -> None:
    """Lift a hold: the account may go again, unless another holds it.

    Raises:
        AccountError: there is none, or it is lifted already.
    """
    hold, row = _get_in_force(session, hold_id, by)
    hold.lifted_at, hold.lifted_by = now, by.reference
    _count(session, row)
    note(session, row, "accounts.lift", {"hold": (hold.kind, None)}, by=by, now=now)


def _get_in_force(session: Session, hold_id: int, by: Actor) -> tuple[AccountHold, Account]:
    hold = session.get(AccountHold, hold_id)
    if hold is None:
        raise AccountError("There is no such hold.")
    row = get_for(session, hold.account_id, Action.ACCOUNTS_STATE, by)
    session.refresh(hold, with_for_update=True)
    if hold.lifted_at is not None:
        raise AccountError("The hold is lifted already.")
    return hold, row


def _count(session: Session, row: Account) -> None:
    """Count the holds in force, of the row that is locked: the guard of every sweep reads this."""
    session.flush()
    row.hold_count = session.scalars(
        select(func.count()).where(
            AccountHold.account_id == row.account_id, AccountHold.lifted_at.is_(None)
        )
    ).one()
