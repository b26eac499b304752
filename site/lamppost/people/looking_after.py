"""Who looks after an organisation, by name: for those who may know, and no public page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from lamppost.people.rules import PersonState, fold
from lamppost.people.tables import Person
from postmaster.access.reads import get_above
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind, fold_address
from postmaster.accounts.tables import Account

LOOKING_AFTER = (
    Role.PRIMARY_LOCAL_ADMINISTRATOR,
    Role.LOCAL_ADMINISTRATOR,
    Role.SECTOR_ADMINISTRATOR,
)
MOST = 20


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who looks after an organisation, and what their role is held for."""

    name: str
    email: str
    role: Role
    scope: str


def list_administrators(session: Session, *, ods_code: str) -> Sequence[Administrator]:
    """The active administrators of an organisation, its own before those of what is over it."""
    above = get_above(session, organisation=ods_code)
    is_own = case((RoleGrant.scope == ods_code, 0), else_=1)
    rows = session.execute(
        select(Person.name, Person.email, RoleGrant.role, RoleGrant.scope)
        .join(Person, Person.person_id == RoleGrant.person_id)
        .where(
            RoleGrant.scope.in_(sorted(above)),
            RoleGrant.role.in_([role.value for role in LOOKING_AFTER]),
            RoleGrant.ended_at.is_(None),
            Person.state == PersonState.ACTIVE,
        )
        .order_by(is_own, Person.search_key, Person.person_id, RoleGrant.role)
        .limit(MOST)
    )
    return [
        Administrator(name, email, Role(role), scope or "") for name, email, role, scope in rows
    ]


def is_somebodys(session: Session, address: str) -> bool:
    """Whether an address is one person's: an account of a person, or somebody who signs in."""
    account = select(Account.account_id).where(
        Account.address_key == fold_address(address), Account.kind == Kind.PERSON
    )
    person = select(Person.person_id).where(Person.address_key == fold(address))
    return session.scalar(account) is not None or session.scalar(person) is not None
