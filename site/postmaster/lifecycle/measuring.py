"""What was measured in organisations: notices that have run, and accounts that were needed."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from postmaster.lifecycle.batches import Drop, ItemState
from postmaster.lifecycle.leavings import STOOD
from postmaster.lifecycle.modes import Evidence, Mode
from postmaster.lifecycle.rules import Blocker
from postmaster.lifecycle.tables import BatchItem, ShadowItem

# Somebody, or the account's own use, said that it should not have been deleted.
CORRECTIONS = (Drop.KEPT, Drop.NOT_DUE, Drop.MOVED, Blocker.HELD, Blocker.SPARED)


def measure(session: Session, *, codes: Select[str], mode: Mode, today: date) -> Evidence:
    """What the present mode of organisations has measured, whoever made the batches.

    A notice counts once its days have run, or once it was corrected: one that is still waiting
    proves nothing yet. What was taken back, or restored after the run, was wrong too.

    Args:
        session: where to read.
        codes: selects the ODS codes of the organisations.
        mode: in `Mode.SHADOW` what would have been sent is measured.
        today: the day in London.
    """
    if mode is Mode.SHADOW:
        return _count(
            session,
            ShadowItem.settled_on.is_not(None),
            ShadowItem.why != STOOD,
            ShadowItem.organisation.in_(codes),
        )
    corrected = or_(
        BatchItem.state.in_([ItemState.UNDONE, ItemState.KEPT_CHANGED]),
        and_(BatchItem.state == ItemState.DROPPED, BatchItem.why.in_(CORRECTIONS)),
    )
    ran = or_(
        BatchItem.state == ItemState.DONE,
        and_(BatchItem.state == ItemState.NOTICED, BatchItem.ready_on <= today),
    )
    return _count(
        session,
        and_(BatchItem.accepted_at.is_not(None), or_(ran, corrected)),
        corrected,
        BatchItem.organisation.in_(codes),
    )


def _count(
    session: Session,
    counts: ColumnElement[bool],
    corrected: ColumnElement[bool],
    within: ColumnElement[bool],
) -> Evidence:
    notices, corrections = session.execute(
        select(func.count(), func.coalesce(func.sum(case((corrected, 1), else_=0)), 0)).where(
            counts, within
        )
    ).one()
    return Evidence(notices, int(corrections))
