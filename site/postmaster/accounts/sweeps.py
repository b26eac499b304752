"""One change to many accounts of a batch: history, audit and row by sets, in one transaction.

The rows are locked before anything is judged, so that what the judgement saw is what is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    SQLColumnExpression,
    String,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from postmaster.accounts.rules import Status
from postmaster.accounts.tables import (
    Account,
    AccountAlias,
    AccountChange,
    AddressQuarantine,
    MailboxMember,
)
from postmaster.audit.actions import record_from

# What stands where an address was once its account is purged.
TOMBSTONE = "@purged.invalid"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is done to the accounts of a batch whose ids lie between two, both included."""

    batch_id: int
    action: str
    wanted: Status
    reason_code: str
    policy_version: str
    first: int
    last: int
    by: str
    now: datetime

    @property
    def members(self) -> ColumnElement[bool]:
        """The accounts of the batch in the range."""
        return and_(
            Account.batch_id == self.batch_id, Account.account_id.between(self.first, self.last)
        )


def lock_accounts(session: Session, where: ColumnElement[bool]) -> None:
    """Lock rows in the order of their ids; SQLite's writer holds the whole database already."""
    if session.get_bind().dialect.name == "postgresql":
        rows = select(Account.account_id).where(where).order_by(Account.account_id)
        # Counted there: nobody here asks for their numbers.
        session.execute(select(func.count()).select_from(rows.with_for_update().subquery()))


def apply_sweep(session: Session, sweep: Sweep, *, chosen: ColumnElement[bool]) -> int:
    """Give the chosen members their status, with history and audit; gives how many it were.

    They leave the batch by it, so that doing it again does nothing.
    """
    ids = _write_history(session, sweep, chosen)
    _write_audit(session, sweep, ids)
    _detach(session, sweep, ids)
    return _move(session, sweep, ids, {})


def bury(session: Session, sweep: Sweep, *, chosen: ColumnElement[bool], kept_until: date) -> int:
    """Purge the chosen members: what is left is a number. Gives how many.

    Addresses and aliases go into quarantine first, so that mail for them reaches nobody else.
    """
    ids = _write_history(session, sweep, chosen)
    _quarantine(session, ids, kept_until)
    session.execute(
        delete(AccountAlias)
        .where(AccountAlias.account_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    _write_audit(session, sweep, ids)
    number = cast(Account.account_id, String).concat(TOMBSTONE)
    return _move(
        session,
        sweep,
        ids,
        {
            "address": number,
            "address_key": number,
            "name": "",
            "name_key": "",
            "external_id": None,
            "job_title": None,
            "mobile": None,
        },
    )


def _quarantine(session: Session, ids: Select[int], kept_until: date) -> None:
    """Keep addresses and aliases from everybody else until a day."""
    fresh = Account.account_id.in_(ids)
    keys = union(
        select(Account.address_key).where(fresh),
        select(AccountAlias.address_key).where(AccountAlias.account_id.in_(ids)),
    )
    # An address that was in quarantine before, free for a while and taken again.
    session.execute(
        delete(AddressQuarantine)
        .where(AddressQuarantine.address_key.in_(keys))
        .execution_options(synchronize_session=False)
    )
    columns = ["address_key", "account_id", "kept_until"]
    until = literal(kept_until)
    for rows in (
        select(Account.address_key, Account.account_id, until).where(fresh),
        select(AccountAlias.address_key, AccountAlias.account_id, until).where(
            AccountAlias.account_id.in_(ids)
        ),
    ):
        session.execute(insert(AddressQuarantine).from_select(columns, rows))


def changed_by(sweep: Sweep) -> Select[int]:
    """The accounts a sweep has written history of, in its range."""
    return select(AccountChange.account_id).where(
        AccountChange.batch_id == sweep.batch_id,
        AccountChange.action == sweep.action,
        AccountChange.account_id.between(sweep.first, sweep.last),
    )


def _move(session: Session, sweep: Sweep, ids: Select[int], beside: Mapping[str, Any]) -> int:
    moved = session.execute(
        update(Account)
        .where(sweep.members, Account.account_id.in_(ids))
        .values(
            prior_status=Account.status,
            status=sweep.wanted,
            status_since=sweep.now,
            reason_code=sweep.reason_code,
            policy_version=sweep.policy_version,
            revision=Account.revision + 1,
            batch_id=None,
            **beside,
        )
        .execution_options(synchronize_session=False)
    )
    return count_rows(moved)


def _write_history(session: Session, sweep: Sweep, chosen: ColumnElement[bool]) -> Select[int]:
    """Write what stood before; selects the accounts of what was written, for all the rest.

    A batch that went over the range before left its own history there: that is older.
    """
    # Of a sum: for the column itself a planner may walk all history backwards to find none.
    older = changed_by(sweep).with_only_columns(func.max(AccountChange.change_id + 0))
    last = session.scalar(older) or 0
    values = {
        "account_id": Account.account_id,
        "changed_at": literal(sweep.now, AccountChange.changed_at.type),
        "changed_by": literal(sweep.by),
        "action": literal(sweep.action),
        "to_status": literal(sweep.wanted.value),
        "to_organisation": Account.organisation,
        "reason_code": literal(sweep.reason_code),
        "policy_version": literal(sweep.policy_version),
        "before_status": Account.status,
        "before_since": Account.status_since,
        "before_prior": Account.prior_status,
        "before_reason": Account.reason_code,
        "before_version": Account.policy_version,
        "before_organisation": Account.organisation,
        "batch_id": literal(sweep.batch_id),
        "revision": Account.revision + 1,
    }
    rows = select(*values.values()).where(sweep.members, chosen).order_by(Account.account_id)
    session.execute(insert(AccountChange).from_select(list(values), rows))
    return changed_by(sweep).where(AccountChange.change_id > last)


def _write_audit(session: Session, sweep: Sweep, ids: Select[int]) -> None:
    record_from(
        session,
        action=sweep.action,
        kind="account",
        by=sweep.by,
        now=sweep.now,
        rows=ids.with_only_columns(
            cast(AccountChange.account_id, String),
            AccountChange.to_organisation,
            say_change(AccountChange.before_status, AccountChange.to_status, sweep.batch_id),
        ),
    )


def say_change(
    before: InstrumentedAttribute[Any], after: SQLColumnExpression[Any], batch_id: int
) -> ColumnElement[str]:
    """The change as canonical JSON; a status needs no escape."""
    return (
        literal(f'{{"batch":[null,{batch_id}],"status":["')
        .concat(before)
        .concat('","')
        .concat(after)
        .concat('"]}')
    )


def _detach(session: Session, sweep: Sweep, ids: Select[int]) -> None:
    """Whoever is deleted has no shared mailbox any more; a restore by batch brings it back."""
    if sweep.wanted is not Status.DELETED:
        return
    session.execute(
        update(MailboxMember)
        .where(
            MailboxMember.ended_at.is_(None),
            MailboxMember.account_id.in_(ids),
        )
        .values(ended_at=sweep.now, ended_reason="deleted", ended_by_batch=sweep.batch_id)
        .execution_options(synchronize_session=False)
    )


def count_rows(made: object) -> int:
    """How many rows a statement changed."""
    return made.rowcount if isinstance(made, CursorResult) else 0
