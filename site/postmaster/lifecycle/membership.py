"""The members of a batch as sets: chosen once, digested, counted against thresholds, let go."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from postmaster.accounts.tables import Account
from postmaster.days import start_of
from postmaster.lifecycle.batches import IN_FLIGHT, ItemState, permille
from postmaster.lifecycle.criteria import in_mode, is_candidate
from postmaster.lifecycle.cutoffs import Cutoffs
from postmaster.lifecycle.living import count_living_in
from postmaster.lifecycle.modes import Mode, reaches
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the estate, and of its worst-hit organisation, a batch would take."""

    estate: int
    worst: int
    worst_organisation: str | None
    over: int

    @property
    def highest(self) -> int:
        """The larger share, in thousandths."""
        return max(self.estate, self.worst)


def is_eligible(
    batch: LifecycleBatch,
    cutoffs: Cutoffs,
    *,
    own_batch: int | None = None,
    among: Select[int] | None = None,
) -> ColumnElement[bool]:
    """Candidates for the reason of a batch, within its organisation and its cut-off."""
    parts = [is_candidate(cutoffs, Reason(batch.reason), own_batch=own_batch, among=among)]
    if batch.organisation is not None:
        parts.append(Account.organisation == batch.organisation)
    if batch.cut_off is not None:
        parts.append(Account.status_since < start_of(batch.cut_off))
    if batch.mode is not None:
        parts.append(in_mode(_list_modes(Mode(batch.mode), is_chosen=own_batch is not None)))
    return and_(*parts)


def _list_modes(mode: Mode, *, is_chosen: bool) -> list[Mode]:
    """Chosen from the organisations of one mode; done while they go at least so far."""
    return [one for one in Mode if reaches(one, mode)] if is_chosen else [mode]


def add_members(session: Session, batch: LifecycleBatch, cutoffs: Cutoffs, *, cap: int) -> int:
    """Write every eligible account into the batch; gives how many.

    At most `cap` of one organisation a day: the rest wait for the days after.
    """
    session.execute(
        insert(BatchItem).from_select(
            ["batch_id", "account_id", "organisation", "kind", "state", "deletes_on"],
            select(
                literal(batch.batch_id),
                Account.account_id,
                Account.organisation,
                Account.kind,
                literal(ItemState.MEMBER.value),
                literal(batch.run_on),
            )
            .where(is_eligible(batch, cutoffs))
            # In the order of the keys: each index is then written from its one end to the other.
            .order_by(Account.account_id),
        )
    )
    _spread(session, batch, cap)
    members = select(BatchItem.account_id).where(BatchItem.batch_id == batch.batch_id)
    taken = session.execute(
        update(Account)
        .where(Account.account_id.in_(members))
        .values(batch_id=batch.batch_id)
        .execution_options(synchronize_session=False)
    )
    return taken.rowcount if isinstance(taken, CursorResult) else 0


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
    rows = session.execute(
        select(BatchItem.account_id, BatchItem.organisation, BatchItem.deletes_on)
        .where(BatchItem.batch_id == batch.batch_id)
        .order_by(BatchItem.account_id)
        .execution_options(yield_per=5000)
    )
    for account_id, organisation, day in rows:
        digest.update(f"\n{account_id} {organisation} {day.isoformat()}".encode())
    return digest.hexdigest()


def measure_shares(session: Session, batch: LifecycleBatch, *, limit: int) -> Shares:
    """The shares of a frozen batch; `over` counts organisations beyond `limit` thousandths."""
    living = count_living_in(session, true())
    shares = _list_shares(session, batch, living)
    worst, code = shares[0] if shares else (0, None)
    return Shares(
        estate=permille(batch.member_count, sum(living.values())),
        worst=worst,
        worst_organisation=code,
        over=sum(share > limit for share, _ in shares),
    )


def list_over(session: Session, batch: LifecycleBatch, *, limit: int) -> list[tuple[int, str]]:
    """The organisations a batch takes more than `limit` thousandths of, the worst first."""
    shares = _list_shares(session, batch, count_living_in(session, true()))
    return [(share, code) for share, code in shares if share > limit]


def _list_shares(
    session: Session, batch: LifecycleBatch, living: dict[str, int]
) -> list[tuple[int, str]]:
    taken = session.execute(
        select(BatchItem.organisation, func.count())
        .where(BatchItem.batch_id == batch.batch_id)
        .group_by(BatchItem.organisation)
    )
    return sorted(
        ((permille(count, living.get(code, count)), code) for code, count in taken), reverse=True
    )


def drop_members(
    session: Session,
    batch_id: int,
    where: ColumnElement[bool],
    *,
    why: str | ColumnElement[str],
    now: datetime,
) -> int:
    """Let members go that are still in flight, with the reason; gives how many."""
    gone = session.execute(
        update(BatchItem)
        .where(BatchItem.batch_id == batch_id, BatchItem.state.in_(sorted(IN_FLIGHT)), where)
        .values(state=ItemState.DROPPED, why=why, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    count = gone.rowcount if isinstance(gone, CursorResult) else 0
    if count:
        dropped = select(BatchItem.account_id).where(
            BatchItem.batch_id == batch_id, BatchItem.state == ItemState.DROPPED
        )
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
        .where(BatchItem.batch_id == batch_id, BatchItem.state == ItemState.DROPPED)
        .group_by(BatchItem.why)
        .order_by(func.count().desc(), BatchItem.why)
    )
    return [(why or "", count) for why, count in rows]
