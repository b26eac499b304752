"""No organisation loses more on one day than its cap, whatever batches run; and what is usual."""

from datetime import date, timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, func, literal, select, true, update
from sqlalchemy.orm import Session

from postmaster.lifecycle.tables import BatchItem, LifecycleBatch, LifecycleDay
from postmaster.upserts import insert_into

NORM_OVER = timedelta(days=30)
# On fewer days with deletions than these nothing is usual yet.
NORM_NEEDS = 5


def keep_to_cap(
    session: Session, batch: LifecycleBatch, ready: ColumnElement[bool], *, today: date, cap: int
) -> None:
    """Postpone the members of a chunk that are over a cap, and count the others to today."""
    _postpone(session, batch, ready, today=today, cap=cap)
    _count_day(session, ready, today=today)


def _postpone(
    session: Session, batch: LifecycleBatch, ready: ColumnElement[bool], *, today: date, cap: int
) -> None:
    """Move the members of a chunk that are over the cap of their organisation to tomorrow.

    What other batches did there today counts.
    """
    of_today = and_(
        LifecycleDay.organisation == BatchItem.organisation, LifecycleDay.on_day == today
    )
    done = func.coalesce(LifecycleDay.deleted, 0)
    over = session.scalars(
        select(BatchItem.organisation)
        .outerjoin(LifecycleDay, of_today)
        .where(ready)
        .group_by(BatchItem.organisation, done)
        .having(func.count() + done > cap)
    ).all()
    if not over:
        return
    place = done + func.row_number().over(
        partition_by=BatchItem.organisation, order_by=BatchItem.account_id
    )
    ranked = (
        select(BatchItem.account_id, place.label("place"))
        .outerjoin(LifecycleDay, of_today)
        .where(ready, BatchItem.organisation.in_(over))
        .subquery()
    )
    beyond = select(ranked.c.account_id).where(ranked.c.place > cap)
    tomorrow = today + timedelta(days=1)
    session.execute(
        update(BatchItem)
        .where(BatchItem.batch_id == batch.batch_id, BatchItem.account_id.in_(beyond))
        .values(ready_on=tomorrow, deletes_on=tomorrow)
        .execution_options(synchronize_session=False)
    )


def _count_day(session: Session, ready: ColumnElement[bool], *, today: date) -> None:
    """Add the members of a chunk to what their organisations lost today."""
    counted = (
        select(BatchItem.organisation, literal(today), func.count())
        .where(ready, true())
        .group_by(BatchItem.organisation)
    )
    statement = insert_into(session, LifecycleDay).from_select(
        ["organisation", "on_day", "deleted"], counted
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation", "on_day"],
            set_={"deleted": LifecycleDay.deleted + statement.excluded.deleted},
        )
    )


def measure_norm(session: Session, batch: LifecycleBatch, *, today: date) -> int | None:
    """The largest day of a batch in hundredths of a usual day; None while nothing is usual.

    Usual is the median of the days of the last 30 on which anything was deleted.
    """
    days = session.scalars(
        select(func.sum(LifecycleDay.deleted))
        .where(LifecycleDay.on_day >= today - NORM_OVER, LifecycleDay.on_day < today)
        .group_by(LifecycleDay.on_day)
    ).all()
    if len(days) < NORM_NEEDS:
        return None
    largest = session.scalar(
        select(func.count())
        .where(BatchItem.batch_id == batch.batch_id)
        .group_by(BatchItem.deletes_on)
        .order_by(func.count().desc())
        .limit(1)
    )
    return -int(-(largest or 0) * 100 // max(1, int(median(days))))
