"""Shadow mode: who would have been written to, and who of them turned out to be needed."""

from datetime import date

from sqlalchemy import and_, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from postmaster.accounts.sweeps import count_rows
from postmaster.accounts.tables import Account
from postmaster.lifecycle.batches import Drop
from postmaster.lifecycle.criteria import blocker_of, in_mode, is_candidate
from postmaster.lifecycle.cutoffs import Cutoffs
from postmaster.lifecycle.leavings import STOOD
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import ShadowItem


def cast_shadows(session: Session, *, reason: Reason, cutoffs: Cutoffs, runs_on: date) -> int:
    """Remember whom a batch of tonight would have written to in shadow organisations; how many.

    Whoever is remembered already and stands is not remembered again.
    """
    known = exists().where(
        ShadowItem.account_id == Account.account_id,
        ShadowItem.reason == reason,
        or_(ShadowItem.settled_on.is_(None), ShadowItem.why == STOOD),
    )
    written = session.execute(
        insert(ShadowItem).from_select(
            ["account_id", "reason", "seen_on", "organisation", "runs_on"],
            select(
                Account.account_id,
                literal(reason.value),
                literal(cutoffs.today),
                Account.organisation,
                literal(runs_on),
            ).where(is_candidate(cutoffs, reason), in_mode([Mode.SHADOW]), ~known),
        )
    )
    return count_rows(written)


def settle_shadows(session: Session, *, reason: Reason, cutoffs: Cutoffs) -> int:
    """Look again at those remembered: needed after all, or their days have run; gives how many."""
    same = Account.account_id == ShadowItem.account_id
    stays = exists().where(
        same, is_candidate(cutoffs, reason), Account.organisation == ShadowItem.organisation
    )
    why = (
        select(
            func.coalesce(
                case((Account.organisation != ShadowItem.organisation, Drop.MOVED.value)),
                blocker_of(cutoffs),
                Drop.NOT_DUE.value,
            )
        )
        .where(same)
        .scalar_subquery()
    )
    open_ones = and_(ShadowItem.reason == reason, ShadowItem.settled_on.is_(None))
    count = 0
    for where, value in (
        (~stays, why),
        (ShadowItem.runs_on <= cutoffs.today, literal(STOOD)),
    ):
        count += count_rows(
            session.execute(
                update(ShadowItem)
                .where(open_ones, where)
                .values(settled_on=cutoffs.today, why=value)
                .execution_options(synchronize_session=False)
            )
        )
    return count
