"""Who has leave for a protocol at a moment, as SQL: the account's own, or of a list it is on."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from postmaster.access.tables import ScopeLink
from postmaster.accounts.tables import Account
from postmaster.entitlements.rules import Protocol
from postmaster.entitlements.tables import ProtocolGrant
from postmaster.features.criteria import was_live
from postmaster.features.rules import Feature
from postmaster.groups.criteria import Moment, reached_lists, was_active, was_on
from postmaster.groups.rules import ListKind
from postmaster.groups.tables import DistributionList, ListMember
from postmaster.organisations.tables import Succession


def held_at(at: Moment) -> ColumnElement[bool]:
    """Whether a grant held at a moment; its last moment is no longer of it."""
    return and_(
        ProtocolGrant.from_at <= at, or_(ProtocolGrant.to_at.is_(None), ProtocolGrant.to_at > at)
    )


def select_granted(
    protocol: Protocol, at: Moment, *, account_id: int | None = None
) -> CompoundSelect[int]:
    """The accounts with leave for a protocol, whatever their own state; or one, if it has.

    Outside addresses are no accounts and get nothing; a list that is not active gives nothing.
    """
    direct = select(ProtocolGrant.account_id).where(
        ProtocolGrant.account_id.is_not(None), ProtocolGrant.protocol == protocol, held_at(at)
    )
    by_list = _select_by_list(protocol, at)
    if account_id is not None:
        direct = direct.where(ProtocolGrant.account_id == account_id)
        by_list = by_list.where(ListMember.account_id == account_id)
    return union(direct, by_list)


Code = ColumnElement[str] | InstrumentedAttribute[str]


def in_reach(owner: Code, account: Code) -> ColumnElement[bool]:
    """Whether a list's leave reaches an account: of its organisation, under it, or of a merger.

    While organisations merge the accounts of both sides keep what the list gave them.
    """
    before = select(Succession.predecessor).where(Succession.successor == owner)
    after = select(Succession.successor).where(Succession.predecessor == owner)
    return or_(
        account == owner,
        exists().where(ScopeLink.above == owner, ScopeLink.below == account),
        account.in_(before),
        account.in_(after),
    )


def gives(at: Moment) -> ColumnElement[bool]:
    """Whether a list is one that can give leave at a moment: static, active, the release live."""
    return and_(
        DistributionList.kind == ListKind.STATIC,
        was_active(DistributionList.list_id, at),
        was_live(Feature.SDL_PROTOCOL_GRANT, at=at),
    )


def _select_by_list(protocol: Protocol, at: Moment) -> Select[*tuple[Any, ...]]:
    granted = select(ProtocolGrant.list_id).where(
        ProtocolGrant.list_id.is_not(None), ProtocolGrant.protocol == protocol, held_at(at)
    )
    start = select(
        DistributionList.list_id.label("top"), DistributionList.list_id.label("list_id")
    ).where(DistributionList.list_id.in_(granted), gives(at))
    reached = reached_lists(start, at)
    return (
        select(ListMember.account_id)
        .join(reached, reached.c.list_id == ListMember.list_id)
        .join(DistributionList, DistributionList.list_id == reached.c.top)
        .join(ProtocolGrant, ProtocolGrant.list_id == reached.c.top)
        .join(Account, Account.account_id == ListMember.account_id)
        .where(
            ProtocolGrant.protocol == protocol,
            held_at(at),
            was_on(at),
            or_(
                ProtocolGrant.is_everywhere,
                in_reach(DistributionList.organisation, Account.organisation),
            ),
        )
    )
