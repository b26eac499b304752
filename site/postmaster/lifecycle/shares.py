"""How much of the estate, and of each organisation, a batch takes: what thresholds are held to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.lifecycle.batches import permille
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


def measure_shares(
    session: Session, batch: LifecycleBatch, living: Mapping[str, int], *, limit: int
) -> Shares:
    """The shares of a frozen batch; `over` counts organisations beyond `limit` thousandths.

    `living` are the accounts of each organisation that has any (`living.count_living_in`).
    """
    shares = _list_shares(session, batch, living)
    worst, code = shares[0] if shares else (0, None)
    return Shares(
        estate=permille(batch.member_count, sum(living.values())),
        worst=worst,
        worst_organisation=code,
        over=sum(share > limit for share, _ in shares),
    )


def list_over(
    session: Session, batch: LifecycleBatch, living: Mapping[str, int], *, limit: int
) -> list[tuple[int, str]]:
    """The organisations a batch takes more than `limit` thousandths of, the worst first."""
    shares = _list_shares(session, batch, living)
    return [(share, code) for share, code in shares if share > limit]


def _list_shares(
    session: Session, batch: LifecycleBatch, living: Mapping[str, int]
) -> list[tuple[int, str]]:
    taken = session.execute(
        select(BatchItem.organisation, func.count())
        .where(BatchItem.batch_id == batch.batch_id)
        .group_by(BatchItem.organisation)
    )
    return sorted(
        ((permille(count, living.get(code, count)), code) for code, count in taken), reverse=True
    )
