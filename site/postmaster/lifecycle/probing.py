"""What falls due on one day, by index: as many rows are read as there are answers, not accounts."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.criteria import is_idle, is_unsent
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.rules import Reason
from postmaster.policy.rules import Policy

# The clock each reason runs by, and the cut-off it crosses.
_CLOCKED = {
    Reason.LEAVER_DUE: (Status.LEAVER, "leaver_before"),
    Reason.INACTIVE_DUE: (Status.INACTIVE, "inactive_before"),
    Reason.DISABLED_DUE: (Status.DISABLED, "disabled_before"),
    Reason.PURGE_DUE: (Status.DELETED, "deleted_before"),
}


def count_due_today(
    session: Session, *, reader: Actor, policy: Policy, as_of: datetime
) -> Mapping[Reason, int]:
    """How many accounts the reader may see are due on the London day of a moment, not before."""
    today = make_cutoffs(policy, as_of=as_of)
    before = make_cutoffs(policy, as_of=as_of - timedelta(days=1))
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    counts = {}
    for reason in (*_CLOCKED, Reason.IDLE, Reason.UNSENT):
        due = falls_due(reason, before, today)
        counts[reason] = session.scalar(select(func.count()).where(due, mine)) or 0
    return counts


def falls_due(reason: Reason, before: Cutoffs, today: Cutoffs) -> ColumnElement[bool]:
    """The clock of an account crosses the cut-off of a reason between two moments.

    Said so that an index finds them: the columns of the partial indexes are named with their
    conditions. Idle accounts are found by `idle_since`, which is kept by the policy in force.
    """
    if reason in _CLOCKED:
        status, limit = _CLOCKED[reason]
        return and_(
            Account.status != Status.ACTIVE,
            Account.status == status,
            Account.status_since >= getattr(before, limit),
            Account.status_since < getattr(today, limit),
        )
    is_due, kind, name = {
        Reason.IDLE: (is_idle(today), Kind.PERSON, "idle_before"),
        Reason.UNSENT: (is_unsent(today), Kind.SHARED, "unsent_before"),
    }[reason]
    return and_(
        Account.status == Status.ACTIVE,
        Account.idle_since >= getattr(before, name),
        Account.idle_since < getattr(today, name),
        Account.kind == kind,
        is_due,
    )
