"""Organisations that close and where their accounts stand, as SQL; `rules` says the same."""

from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select

from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant, ScopeLink
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.closures.rules import (
    GIVEN_UP_STATUSES,
    ItemState,
    Outcome,
    Standing,
)
from postmaster.closures.stages import OPEN_STAGES
from postmaster.closures.tables import ClosureItem, ClosurePlan, ContainerMove
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.tables import Organisation

# Who looks after an organisation, so that somebody of its own decides.
KEEPERS = (
    Role.LOCAL_ADMINISTRATOR,
    Role.PRIMARY_LOCAL_ADMINISTRATOR,
    Role.SECTOR_ADMINISTRATOR,
)


def is_closing() -> ColumnElement[bool]:
    """Closing or closed here, or closed in ODS: it takes nobody, and what it has needs outcomes."""
    return ~takes_accounts()


def closed_since() -> ColumnElement[date]:
    """The day the closing began: the last day, the day of ODS, or the day closing was started."""
    return func.coalesce(
        Organisation.closed_on, Organisation.ods_closed_on, Organisation.closing_on
    )


def is_moving() -> ColumnElement[bool]:
    """On its way into a container: asked for or left, and not ended."""
    under_way = select(ContainerMove.account_id).where(ContainerMove.state.in_(OPEN_STAGES))
    return Account.account_id.in_(under_way)


def is_given_up() -> ColumnElement[bool]:
    """A plan gave it up, and that plan was not taken back."""
    return exists().where(
        ClosureItem.account_id == Account.account_id,
        ClosureItem.state == ItemState.DONE,
        ClosureItem.plan_id == ClosurePlan.plan_id,
        ClosurePlan.outcome == Outcome.DELETE,
    )


def standing_of() -> ColumnElement[str]:
    """`rules.find_standing` over the account table."""
    return case(
        (Account.status.in_([Status.DELETED, Status.PURGED]), literal(Standing.GONE.value)),
        (is_moving(), literal(Standing.MOVING.value)),
        (Account.status == Status.LEAVER, literal(Standing.LEAVING.value)),
        (
            and_(Account.status.in_(sorted(GIVEN_UP_STATUSES)), is_given_up()),
            literal(Standing.GIVEN_UP.value),
        ),
        else_=literal(Standing.UNDECIDED.value),
    )


def has_keeper() -> ColumnElement[bool]:
    """Somebody holds a role over it that decides: otherwise it is an orphan."""
    return exists().where(
        RoleGrant.ended_at.is_(None),
        RoleGrant.role.in_(KEEPERS),
        RoleGrant.scope == ScopeLink.above,
        ScopeLink.below == Organisation.ods_code,
    )


def holds_role_elsewhere(organisation: str) -> ColumnElement[bool]:
    """Its owner holds a role for something that is not under this organisation."""
    under = select(ScopeLink.below).where(ScopeLink.above == organisation)
    return exists().where(
        RoleGrant.address_key == Account.address_key,
        RoleGrant.ended_at.is_(None),
        or_(RoleGrant.scope.is_(None), RoleGrant.scope.not_in(under)),
    )
