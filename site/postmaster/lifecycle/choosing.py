"""The members of a batch chosen once and for all, with whom it leaves out and what it passes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, literal, or_, select, true, update
from sqlalchemy.orm import Session

from postmaster.accounts.sweeps import count_rows
from postmaster.accounts.tables import Account
from postmaster.days import start_of
from postmaster.lifecycle.batches import can_be_undone, needs_notice
from postmaster.lifecycle.caps import measure_norm
from postmaster.lifecycle.criteria import blocker_of, in_mode, is_due
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.leavings import AFTER_CUT_OFF, OVER_SHARE
from postmaster.lifecycle.living import count_living_in
from postmaster.lifecycle.membership import add_members, digest_members
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.shares import Shares, list_over, measure_shares
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

# Organisations named in a note; the others are counted.
MOST_NAMED = 10


def choose_members(
    session: Session, batch: LifecycleBatch, policy: Policy, *, now: datetime
) -> int:
    """Choose the members of a batch with everything an approval is bound to; gives how many."""
    cutoffs = make_cutoffs(policy, as_of=now)
    reason = Reason(batch.reason)
    batch.as_of, batch.policy_version = now, policy.version
    batch.notice_days = policy[Key.NOTICE_DAYS] if needs_notice(reason) else 0
    batch.undo_days = policy[Key.UNDO_WINDOW_DAYS] if can_be_undone(reason) else 0
    batch.rule = _say_rule(batch, cutoffs)
    # Before anything is written: what an index says of a page nobody touched needs no look at it.
    living = count_living_in(session, true())
    cap, limit = policy[Key.CAP_ORGANISATION_ACCOUNTS], policy[Key.THRESHOLD_ORGANISATION_PERMILLE]
    batch.member_count = add_members(session, batch, cutoffs, cap=cap)
    if batch.mode is not None and batch.member_count:
        _leave_to_people(session, batch, living, limit=limit)
    if not batch.member_count:
        return 0
    batch.frozen_hash = digest_members(session, batch)
    batch.left_out = json.dumps(count_left_out(session, batch, cutoffs))
    shares = measure_shares(session, batch, living, limit=limit)
    batch.estate_permille = shares.estate
    batch.norm_percent = measure_norm(session, batch, today=cutoffs.today)
    batch.tripped = _say_tripped(shares, batch.norm_percent, policy)
    return batch.member_count


def count_left_out(session: Session, batch: LifecycleBatch, cutoffs: Cutoffs) -> dict[str, int]:
    """Who is due for the same reason and not a member, by what keeps them out."""
    due = [is_due(cutoffs, Reason(batch.reason))]
    if batch.organisation is not None:
        due.append(Account.organisation == batch.organisation)
    if batch.mode is not None:
        due.append(in_mode([Mode(batch.mode)]))
    keeps: list[ColumnElement[Any]] = [
        blocker_of(cutoffs, own_batch=batch.batch_id),
        literal(OVER_SHARE),
    ]
    if batch.cut_off is not None:
        late = Account.status_since >= start_of(batch.cut_off)
        keeps.insert(0, case((late, AFTER_CUT_OFF)))
    why = func.coalesce(*keeps)
    rows = session.execute(
        select(why, func.count())
        .where(*due, or_(Account.batch_id.is_(None), Account.batch_id != batch.batch_id))
        .group_by(why)
        .order_by(func.count().desc())
    )
    return {str(reason): count for reason, count in rows}


def _leave_to_people(
    session: Session, batch: LifecycleBatch, living: Mapping[str, int], *, limit: int
) -> None:
    """Take out of an automatic batch the organisations it would take too much of."""
    over = list_over(session, batch, living, limit=limit)
    if not over:
        return
    codes = [code for _, code in over]
    for start in range(0, len(codes), 1000):
        some = codes[start : start + 1000]
        mine = and_(BatchItem.batch_id == batch.batch_id, BatchItem.organisation.in_(some))
        session.execute(
            update(Account)
            .where(Account.batch_id == batch.batch_id, Account.organisation.in_(some))
            .values(batch_id=None)
            .execution_options(synchronize_session=False)
        )
        gone = session.execute(delete(BatchItem).where(mine))
        batch.member_count -= count_rows(gone)
    named = ", ".join(f"{code} ({share}‰)" for share, code in over[:MOST_NAMED])
    more = f" and {len(over) - MOST_NAMED:,} more" if len(over) > MOST_NAMED else ""
    batch.status_note = (
        f"Left to a batch made by a person, because it would take too much of them: {named}{more}."
    )


def passes_norm(norm: int | None, policy: Policy) -> bool:
    """Whether the largest day of a batch is too much against what is usual."""
    return norm is not None and norm > policy[Key.THRESHOLD_NORM_PERCENT]


def _say_rule(batch: LifecycleBatch, cutoffs: Cutoffs) -> str:
    """The rule and its limits as JSON, for the hash and for whoever asks later."""
    limits = {name: str(getattr(cutoffs, name)) for name in Cutoffs.__slots__}
    narrowed = {
        "reason": batch.reason,
        "organisation": batch.organisation,
        "cut_off": None if batch.cut_off is None else batch.cut_off.isoformat(),
        "run_on": batch.run_on.isoformat(),
        "notice_days": batch.notice_days,
    }
    return json.dumps(narrowed | limits, sort_keys=True)


def _say_tripped(shares: Shares, norm: int | None, policy: Policy) -> str | None:
    estate = policy[Key.THRESHOLD_ESTATE_PERMILLE]
    own = policy[Key.THRESHOLD_ORGANISATION_PERMILLE]
    words = []
    if shares.estate > estate:
        words.append(f"The batch takes {shares.estate}‰ of all accounts; the limit is {estate}‰.")
    if shares.over:
        words.append(
            f"Organisations it takes more than {own}‰ of: {shares.over:,}, the most "
            f"{shares.worst}‰ of {shares.worst_organisation}."
        )
    if passes_norm(norm, policy):
        words.append(
            f"Its largest day is {norm}% of a usual day of the last 30; the limit is "
            f"{policy[Key.THRESHOLD_NORM_PERCENT]}%."
        )
    return " ".join(words) or None
