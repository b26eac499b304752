"""A list at the moment mail arrives for it: whom it goes to, or why nobody.

What was approved is compared with what the list is by now: a rule that outgrew its approval,
because organisations merged or the directory was mended, sends to nobody until it is approved anew.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import fold_address
from postmaster.groups.conditions import Condition, read_condition
from postmaster.groups.proposing import get_limits
from postmaster.groups.reaching import Reach, Recipients, gather, measure, select_accounts
from postmaster.groups.records import Resolved
from postmaster.groups.rules import ListStatus, find_hold
from postmaster.groups.tables import DistributionList, ListMember, ListSender


def reach_of(session: Session, row: DistributionList, *, now: datetime) -> Reach:
    """What a list reaches now."""
    return measure(session, _gather(session, row, now), now=now)


def reach_of_rule(
    session: Session, row: DistributionList, condition: Condition, *, now: datetime
) -> Reach:
    """What a list would reach now by another rule, for whoever must decide about it."""
    return measure(
        session, gather(session, list_id=row.list_id, condition=condition, now=now), now=now
    )


def find_list_hold(
    session: Session, row: DistributionList, reach: Reach, *, now: datetime
) -> str | None:
    """Why an active list resolves to nobody."""
    return find_hold(
        reach.total,
        has_senders=bool(list_senders(session, row.list_id)),
        is_everyone=reach.is_everyone,
        is_tenants=row.is_large,
        limits=get_limits(session, now=now, is_administrator=True),
    )


def resolve(session: Session, *, address: str, sender: str, now: datetime) -> Resolved:
    """Whom mail from a sender to the address of a list goes to at this moment."""
    row = session.scalar(
        select(DistributionList).where(
            DistributionList.address_key == fold_address(address),
            DistributionList.status != ListStatus.REJECTED,
        )
    )
    if row is None:
        return _refuse("There is no such list.")
    if row.status != ListStatus.ACTIVE:
        return _refuse(f"The list is {row.status}.")
    recipients = _gather(session, row, now)
    reach = measure(session, recipients, now=now)
    if (held := find_list_hold(session, row, reach, now=now)) is not None:
        return _refuse(held, reach)
    senders = list_senders(session, row.list_id)
    if senders and fold_address(sender) not in senders:
        return _refuse("Only named senders may write to this list.", reach)
    ids = session.scalars(select_accounts(recipients, now)).all()
    return Resolved(ids, _list_externals(session, recipients), None, reach.organisations)


def list_senders(session: Session, list_id: int) -> list[str]:
    """Who may write to a list; empty means everybody."""
    return list(
        session.scalars(
            select(ListSender.address_key)
            .where(ListSender.list_id == list_id, ListSender.ended_at.is_(None))
            .order_by(ListSender.address_key)
        )
    )


def _gather(session: Session, row: DistributionList, now: datetime) -> Recipients:
    condition = None if row.condition is None else read_condition(row.condition)
    return gather(session, list_id=row.list_id, condition=condition, now=now)


def _list_externals(session: Session, recipients: Recipients) -> list[str]:
    rows = session.scalars(
        select(ListMember.external)
        .where(
            ListMember.list_id.in_(recipients.lists),
            ListMember.external.is_not(None),
            ListMember.ended_at.is_(None),
        )
        .distinct()
        .order_by(ListMember.external)
    )
    return [one for one in rows if one is not None]


def _refuse(why: str, reach: Reach | None = None) -> Resolved:
    return Resolved((), (), why, {} if reach is None else reach.organisations)
