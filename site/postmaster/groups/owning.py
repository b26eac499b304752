"""Who answers for a list: somebody of the organisation it belongs to; given and ended, kept."""

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from postmaster.access.tables import ScopeLink
from postmaster.accounts.rules import ALIVE, Kind, fold_address
from postmaster.accounts.tables import Account
from postmaster.groups.rules import GroupError
from postmaster.groups.tables import ListOwner


def find_owner(session: Session, address: str, organisation: str) -> int:
    """The account of somebody who may own a list of an organisation, or of one over theirs.

    Raises:
        GroupError: nobody has the address, or they are of another organisation.
    """
    under = exists().where(ScopeLink.above == organisation, ScopeLink.below == Account.organisation)
    row = session.execute(
        select(Account.account_id, or_(Account.organisation == organisation, under)).where(
            Account.address_key == fold_address(address),
            Account.kind == Kind.PERSON,
            Account.status.in_(sorted(ALIVE)),
        )
    ).one_or_none()
    if row is None:
        raise GroupError(f"No person's account has the address {address}.", field="owners")
    account_id, is_own = row
    if not is_own:
        raise GroupError(
            f"{address} is not of {organisation}. Name an owner of the organisation itself.",
            field="owners",
        )
    return int(account_id)


def list_open_owners(session: Session, list_id: int) -> list[ListOwner]:
    """The owners in force."""
    return list(
        session.scalars(
            select(ListOwner)
            .where(ListOwner.list_id == list_id, ListOwner.ended_at.is_(None))
            .order_by(ListOwner.owner_id)
        )
    )


def add_owner(session: Session, list_id: int, account_id: int, *, now: datetime) -> None:
    """Make somebody an owner.

    Raises:
        GroupError: they are one already.
    """
    if any(row.account_id == account_id for row in list_open_owners(session, list_id)):
        raise GroupError("This person owns the list already.", field="address")
    session.add(ListOwner(list_id=list_id, account_id=account_id, since=now))


def end_owner(session: Session, row: ListOwner, *, now: datetime) -> None:
    """End an ownership while somebody else who lives owns the list.

    Raises:
        GroupError: nobody else does.
    """
    others = select(ListOwner.owner_id).where(
        ListOwner.list_id == row.list_id,
        ListOwner.account_id != row.account_id,
        ListOwner.ended_at.is_(None),
        ListOwner.account_id.in_(
            select(Account.account_id).where(Account.status.in_(sorted(ALIVE)))
        ),
    )
    if session.scalar(others.limit(1)) is None:
        raise GroupError("Nobody else owns the list. Make somebody else its owner first.")
    row.ended_at = now
