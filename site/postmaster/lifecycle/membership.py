"""The members of a batch as sets: chosen once, digested, counted against thresholds, let go."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from postmaster.accounts.sweeps import count_rows
from postmaster.accounts.tables import Account
from postmaster.days import start_of
from postmaster.lifecycle.batches import IN_FLIGHT, Drop, ItemState
from postmaster.lifecycle.criteria import blocker_of, in_mode, is_candidate, is_due
from postmaster.lifecycle.cutoffs import Cutoffs
from postmaster.lifecycle.modes import Mode, reaches
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch


def is_eligible(batch: LifecycleBatch, cutoffs: Cutoffs) -> ColumnElement[bool]:
    """Candidates for the reason of a batch, within its organisation, its cut-off and its mode."""
    candidate = is_candidate(cutoffs, Reason(batch.reason))
    mode = () if batch.mode is None else (in_mode([Mode(batch.mode)]),)
    return and_(candidate, *_narrow(batch), *mode)


def say_unfit(
    batch: LifecycleBatch, cutoffs: Cutoffs, *, among: Select[int]
) -> ColumnElement[str | None]:
    """Why a member, joined to its account, must leave the batch before it runs; None: it need not.

    `among` are the ids of all who would go together.
    """
    own = batch.batch_id
    due = and_(is_due(cutoffs, Reason(batch.reason)), Account.batch_id == own, *_narrow(batch))
    whys: list[ColumnElement[Any]] = [
        case((Account.organisation != BatchItem.organisation, Drop.MOVED)),
        blocker_of(cutoffs, own_batch=own, among=among),
    ]
    if batch.mode is not None:
        # Done while the organisation goes at least so far.
        modes = [one for one in Mode if reaches(one, Mode(batch.mode))]
        whys.append(case((~in_mode(modes), Drop.MODE)))
    return func.coalesce(*whys, case((due, None), else_=Drop.NOT_DUE))


def _narrow(batch: LifecycleBatch) -> list[ColumnElement[bool]]:
    parts = []
    if batch.organisation is not None:
        parts.append(Account.organisation == batch.organisation)
    if batch.cut_off is not None:
        parts.append(Account.status_since < start_of(batch.cut_off))
    return parts


def add_members(session: Session, batch: LifecycleBatch, cutoffs: Cutoffs, *, cap: int) -> int:
    """Write every eligible account into the batch; gives how many.

    At most `cap` of one organisation a day: the rest wait for the days after.
    """
    # Marked first: who is taken is locked by it, and no other batch takes them as well.
    taken = session.execute(
        update(Account)
        .where(is_eligible(batch, cutoffs))
        .values(batch_id=batch.batch_id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(BatchItem).from_select(
            ["batch_id", "account_id", "organisation", "kind", "state", "deletes_on"],
            select(
                Account.batch_id,
                Account.account_id,
                Account.organisation,
                Account.kind,
                literal(ItemState.MEMBER.value),
                literal(batch.run_on),
            )
            .where(is_due(cutoffs, Reason(batch.reason)), Account.batch_id == batch.batch_id)
            # In the order of the keys: each index is then written from its one end to the other.
            .order_by(Account.account_id),
        )
    )
    _spread(session, batch, cap)
    return count_rows(taken)


def _spread(session: Session, batch: LifecycleBatch, cap: int) -> None:
    """Give what is over the cap of an organisation a later day each."""
    mine = BatchItem.batch_id == batch.batch_id
    counts = select(func.count()).where(mine).group_by(BatchItem.organisation)
    most = session.scalar(counts.order_by(func.count().desc()).limit(1)) or 0
    if most <= cap:
        return
    number = func.row_number().over(
        partition_by=BatchItem.organisation, order_by=BatchItem.account_id
    )
    wave = ((number - 1) // cap).label("wave")
    waves = select(BatchItem.account_id, wave).where(mine).subquery()
    days = (
        (waves.c.wave == later, literal(batch.run_on + timedelta(days=later)))
        for later in range(1, -(-most // cap))
    )
    session.execute(
        update(BatchItem)
        .where(mine, BatchItem.account_id == waves.c.account_id, waves.c.wave > 0)
        .values(deletes_on=case(*days, else_=literal(batch.run_on)))
        .execution_options(synchronize_session=False)
    )


def digest_members(session: Session, batch: LifecycleBatch) -> str:
    """SHA-256 over the rule and every member with its day: what an approval is bound to."""
    digest = hashlib.sha256((batch.rule or "").encode())
    mine = BatchItem.batch_id == batch.batch_id
    if session.get_bind().dialect.name == "postgresql":
        # Written there: half a million rows fetched one by one take longer than choosing them.
        digest.update((session.scalar(_write_lines().where(mine)) or "").encode())
        return digest.hexdigest()
    rows = session.execute(
        select(BatchItem.account_id, BatchItem.organisation, BatchItem.deletes_on)
        .where(mine)
        .order_by(BatchItem.account_id)
        .execution_options(yield_per=5000)
    )
    for number, code, day in rows:
        digest.update(f"\n{number} {code} {day.isoformat()}".encode())
    return digest.hexdigest()


def _write_lines() -> Select[str]:
    """Number, organisation and day of members as text, a line each, in the order of the numbers."""
    day = func.to_char(BatchItem.deletes_on, "YYYY-MM-DD")
    line = func.concat("\n", BatchItem.account_id, " ", BatchItem.organisation, " ", day)
    in_order = aggregate_order_by(literal(""), BatchItem.account_id)
    return select(func.string_agg(line, in_order, type_=String))


def drop_members(
    session: Session,
    batch_id: int,
    where: ColumnElement[bool],
    *,
    within: ColumnElement[bool] | None = None,
    why: str | ColumnElement[str],
    now: datetime,
) -> int:
    """Let members go that are still in flight, with the reason; gives how many.

    `within` says between which accounts they are, where that is known: no other is looked at.
    """
    mine = and_(BatchItem.batch_id == batch_id, true() if within is None else within)
    count = count_rows(
        session.execute(
            update(BatchItem)
            .where(mine, BatchItem.state.in_(sorted(IN_FLIGHT)), where)
            .values(state=ItemState.DROPPED, why=why, settled_at=now)
            .execution_options(synchronize_session=False)
        )
    )
    if count:
        dropped = select(BatchItem.account_id).where(mine, BatchItem.why.is_not(None))
        session.execute(
            update(Account)
            .where(Account.batch_id == batch_id, Account.account_id.in_(dropped))
            .values(batch_id=None)
            .execution_options(synchronize_session=False)
        )
    return count


def settle_members(session: Session, where: ColumnElement[bool], *, now: datetime) -> None:
    """Say of members that what the batch is for was done to them."""
    session.execute(
        update(BatchItem)
        .where(where)
        .values(state=ItemState.DONE, settled_at=now)
        .execution_options(synchronize_session=False)
    )


def count_states(session: Session, batch_id: int) -> dict[ItemState, int]:
    """Members by where they stand; every state is there."""
    rows = session.execute(
        select(BatchItem.state, func.count())
        .where(BatchItem.batch_id == batch_id)
        .group_by(BatchItem.state)
    )
    found = {ItemState(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in ItemState}


def list_drops(session: Session, batch_id: int) -> Sequence[tuple[str, int]]:
    """Why members left, the most frequent reason first."""
    rows = session.execute(
        select(BatchItem.why, func.count())
        .where(BatchItem.batch_id == batch_id, BatchItem.why.is_not(None))
        .group_by(BatchItem.why)
        .order_by(func.count().desc(), BatchItem.why)
    )
    return [(str(why), count) for why, count in rows]
