"""Accounts that moved leave every batch they are a member of, in the transaction that moved them.

`closures` stands below and knows no batches: whoever runs an outcome runs it through here. Whoever
was told a day is told that it no longer holds, and who looks after the account now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.accounts.tables import Account
from postmaster.closures.rules import ItemState as OutcomeState
from postmaster.closures.running import CHUNK, ChunkResult, run_chunk
from postmaster.closures.tables import ClosureItem
from postmaster.days import say_day
from postmaster.lifecycle.batches import IN_FLIGHT, Drop
from postmaster.lifecycle.membership import drop_members
from postmaster.lifecycle.tables import BatchItem
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from postmaster.outbox.rules import UnsendableError, check_recipient


@dataclass(frozen=True, slots=True)
class Told:
    """A member who was told the day of a deletion, and where the account is now."""

    batch_id: int
    account_id: int
    address: str
    organisation: str
    organisation_name: str
    day: date


def run_plan_chunk(
    session: Session, *, plan_id: int, size: int = CHUNK, by: Actor, now: datetime
) -> ChunkResult:
    """The next chunk of an outcome; whoever moves by it leaves their batch, reason `moved`.

    Raises:
        postmaster.closures.rules.ClosureError: the outcome does not run.
    """
    result = run_chunk(session, plan_id=plan_id, size=size, by=by, now=now)
    if result.done:
        drop_moved(session, plan_id=plan_id, now=now)
    return result


def drop_moved(session: Session, *, plan_id: int, now: datetime) -> int:
    """Let members go whose account an outcome took to another organisation; gives how many."""
    moved = exists().where(
        Account.account_id == BatchItem.account_id,
        Account.organisation != BatchItem.organisation,
        ClosureItem.plan_id == plan_id,
        ClosureItem.account_id == BatchItem.account_id,
        ClosureItem.state == OutcomeState.DONE,
    )
    flying = BatchItem.state.in_(sorted(IN_FLIGHT))
    batches = session.scalars(
        select(BatchItem.batch_id)
        .join(ClosureItem, ClosureItem.account_id == BatchItem.account_id)
        .where(ClosureItem.plan_id == plan_id, flying)
        .distinct()
        .order_by(BatchItem.batch_id)
    ).all()
    told = _list_told(session, batches, moved & flying)
    dropped = sum(drop_members(session, one, moved, why=Drop.MOVED, now=now) for one in batches)
    for one in told:
        _say_it_is_over(session, one, now=now)
    return dropped


def _list_told(
    session: Session, batches: Sequence[int], where: ColumnElement[bool]
) -> Sequence[Told]:
    """Members whose notice was owed or taken; those without one know of nothing."""
    rows = session.execute(
        select(
            BatchItem.batch_id,
            BatchItem.account_id,
            Account.address,
            Organisation.ods_code,
            Organisation.name,
            BatchItem.deletes_on,
        )
        .join(Account, Account.account_id == BatchItem.account_id)
        .join(Organisation, Organisation.ods_code == Account.organisation)
        .where(BatchItem.batch_id.in_(batches), BatchItem.message_id.is_not(None), where)
        .order_by(BatchItem.batch_id, BatchItem.account_id)
    )
    return [Told(*row) for row in rows]


def _say_it_is_over(session: Session, told: Told, *, now: datetime) -> None:
    try:
        check_recipient(told.address)
    except UnsendableError:
        # Its notice could not be sent either: nobody knows of a day that would be over.
        return
    day = say_day(told.day)
    text = (
        f"We wrote that the account {told.address} will be deleted on {day}. That no longer "
        f"holds: the account moved to {told.organisation_name} ({told.organisation}), which took "
        "over from its organisation.\n\n"
        "State and clocks of the account are as before. If it is still to be deleted, we write "
        "to you again, with a new day.\n\n"
        f"Your local administrator is now the one of {told.organisation_name}.\n"
    )
    owe(
        session,
        cause="lifecycle.moved",
        cause_key=f"{told.batch_id}-{told.account_id}",
        recipient=told.address,
        subject=f"Your account is not deleted on {day}: it moved to {told.organisation}",
        text=text,
        template="lifecycle-moved-1",
        is_secret=False,
        now=now,
    )
