"""Many accounts moved to another organisation, or made inactive, by sets; and put back again.

A move keeps the status and every clock. The history written first is what is then applied, so that
both always say the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    cast,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from postmaster.accounts.rules import Status
from postmaster.accounts.sweeps import count_rows, lock_accounts
from postmaster.accounts.tables import Account, AccountChange
from postmaster.audit.actions import record_from

PUT_BACK = "accounts.put_back"


@dataclass(frozen=True, slots=True)
class Move:
    """What is done to accounts whose ids lie between two, both included, and for which plan.

    `wanted` gives them that status, begun now; without it status and clocks stay.
    """

    plan_id: int
    action: str
    first: int
    last: int
    by: str
    now: datetime
    wanted: Status | None = None
    reason_code: str | None = None
    policy_version: str | None = None


def move_accounts(
    session: Session, move: Move, *, chosen: ColumnElement[bool], to: ColumnElement[str]
) -> int:
    """Move the chosen accounts of the range, with history and audit; gives how many.

    The rows must be locked by the caller before it judged them.
    """
    _write_history(session, move, chosen, to)
    change = _changes_of(move).subquery()
    fresh = and_(
        Account.account_id == change.c.account_id, Account.revision + 1 == change.c.revision
    )
    _tell(session, move, select(Account).join(change, fresh), change, after="to")
    values: dict[str, Any] = {
        "organisation": change.c.to_organisation,
        "revision": change.c.revision,
    }
    if move.wanted is not None:
        values |= {
            "prior_status": Account.status,
            "status": change.c.to_status,
            "status_since": literal(move.now, Account.status_since.type),
            "reason_code": literal(move.reason_code),
            "policy_version": literal(move.policy_version),
        }
    moved = session.execute(
        update(Account).where(fresh).values(**values).execution_options(synchronize_session=False)
    )
    return count_rows(moved)


def put_back(session: Session, move: Move) -> int:
    """Put the accounts of a move back as they were; those changed since are left alone."""
    lock_accounts(session, Account.account_id.in_(moved_by(move)))
    change = _changes_of(move).subquery()
    same = and_(Account.account_id == change.c.account_id, Account.revision == change.c.revision)
    _tell(session, move, select(Account).join(change, same), change, after="before")
    back = session.execute(
        update(Account)
        .where(same)
        .values(
            organisation=change.c.before_organisation,
            status=change.c.before_status,
            status_since=change.c.before_since,
            prior_status=change.c.before_prior,
            reason_code=change.c.before_reason,
            policy_version=change.c.before_version,
            revision=Account.revision + 1,
        )
        .execution_options(synchronize_session=False)
    )
    return count_rows(back)


def moved_by(move: Move) -> Select[int]:
    """The accounts a move has written history of, in its range."""
    return _changes_of(move).with_only_columns(AccountChange.account_id)


def _changes_of(move: Move) -> Select[AccountChange]:
    return select(AccountChange).where(
        AccountChange.plan_id == move.plan_id,
        AccountChange.action == move.action,
        AccountChange.account_id.between(move.first, move.last),
    )


def _write_history(
    session: Session, move: Move, chosen: ColumnElement[bool], to: ColumnElement[str]
) -> None:
    keeps = move.wanted is None
    values = {
        "account_id": Account.account_id,
        "changed_at": literal(move.now, AccountChange.changed_at.type),
        "changed_by": literal(move.by),
        "action": literal(move.action),
        "to_status": Account.status if move.wanted is None else literal(move.wanted.value),
        "to_organisation": to,
        "reason_code": Account.reason_code if keeps else literal(move.reason_code),
        "policy_version": Account.policy_version if keeps else literal(move.policy_version),
        "before_status": Account.status,
        "before_since": Account.status_since,
        "before_prior": Account.prior_status,
        "before_reason": Account.reason_code,
        "before_version": Account.policy_version,
        "before_organisation": Account.organisation,
        "plan_id": literal(move.plan_id),
        "revision": Account.revision + 1,
    }
    rows = (
        select(*values.values())
        .where(Account.account_id.between(move.first, move.last), chosen)
        .order_by(Account.account_id)
    )
    session.execute(insert(AccountChange).from_select(list(values), rows))


def _tell(
    session: Session,
    move: Move,
    chosen: Select[Account],
    change: Subquery[Any],
    *,
    after: str,
) -> None:
    """Audit each account under the organisation it goes to; codes and states need no escape.

    `after`: which columns of the history say what it becomes, `to` or `before`.
    """
    organisation, status = change.c[f"{after}_organisation"], change.c[f"{after}_status"]
    changes = (
        literal('{"organisation":["')
        .concat(Account.organisation)
        .concat('","')
        .concat(organisation)
        .concat(f'"],"plan":[null,{move.plan_id}],"status":["')
        .concat(Account.status)
        .concat('","')
        .concat(status)
        .concat('"]}')
    )
    record_from(
        session,
        action=move.action if after == "to" else PUT_BACK,
        kind="account",
        by=move.by,
        now=move.now,
        rows=chosen.with_only_columns(cast(Account.account_id, String), organisation, changes),
    )
