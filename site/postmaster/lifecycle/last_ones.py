"""The last administrator of an organisation, the last owner of a mailbox: never swept. As SQL."""

from sqlalchemy import ColumnElement, ScalarSelect, Select, String, func, literal, select
from sqlalchemy.orm import aliased

from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import MemberRole
from postmaster.accounts.tables import Account, MailboxMember

ADMINISTRATORS = (Role.LOCAL_ADMINISTRATOR, Role.PRIMARY_LOCAL_ADMINISTRATOR)


def is_sole_administrator(among: Select[int] | None = None) -> ColumnElement[bool]:
    """The only one who administers some organisation, were all of `among` to go together."""
    if among is None:
        sole = (
            select(func.min(RoleGrant.address_key))
            .where(*_administers(RoleGrant))
            .group_by(RoleGrant.scope)
            .having(func.min(RoleGrant.address_key) == func.max(RoleGrant.address_key))
        )
        return Account.address_key.in_(sole)
    theirs, other, holder = aliased(RoleGrant), aliased(RoleGrant), aliased(Account)
    keys = select(holder.address_key).where(holder.account_id.in_(among))
    stays = _find_one(
        other.scope == theirs.scope, other.address_key.not_in(keys), *_administers(other)
    )
    last = _find_one(
        theirs.address_key == Account.address_key,
        theirs.scope.is_not(None),
        *_administers(theirs),
        stays.is_(None),
    )
    return last.is_not(None)


def is_sole_owner(among: Select[int] | None = None) -> ColumnElement[bool]:
    """The only owner of some shared mailbox, were all of `among` to go together."""
    if among is None:
        sole = (
            select(func.min(MailboxMember.account_id))
            .where(*_owns(MailboxMember))
            .group_by(MailboxMember.mailbox_id)
            .having(func.count() == 1)
        )
        return Account.account_id.in_(sole)
    theirs, other = aliased(MailboxMember), aliased(MailboxMember)
    stays = _find_one(
        other.mailbox_id == theirs.mailbox_id, other.account_id.not_in(among), *_owns(other)
    )
    last = _find_one(theirs.account_id == Account.account_id, *_owns(theirs), stays.is_(None))
    return last.is_not(None)


def _find_one(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    """1 if any row is so; asked row by row, by an index: as a set it would read all there are."""
    return select(literal(1)).where(*where).limit(1).scalar_subquery()


def _administers(grant: type[RoleGrant]) -> tuple[ColumnElement[bool], ...]:
    return (grant.ended_at.is_(None), grant.role.in_(ADMINISTRATORS))


def _owns(member: type[MailboxMember]) -> tuple[ColumnElement[bool], ...]:
    # Written out and not bound: SQLite then finds the index of owners.
    owner = literal(MemberRole.OWNER, String, literal_execute=True)
    return (member.ended_at.is_(None), member.role == owner)
