"""Whether somebody named in a registration has an account already: nobody is made twice."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from postmaster.access.tables import ScopeLink
from postmaster.accounts.rules import ALIVE, Kind, fold_name
from postmaster.accounts.tables import Account
from postmaster.registrations.rules import Person


@dataclass(frozen=True, slots=True)
class Match:
    """An account somebody has, and whether it is within the sector's container already."""

    account_id: int
    address: str
    organisation: str
    is_within: bool
    why: str


def find_match(session: Session, person: Person, *, container: str) -> Match | None:
    """The living account of somebody: the one they gave, or one of their name and mobile.

    A name by itself is no proof: people share names, and never a mobile.
    """
    living = select(Account).where(Account.kind == Kind.PERSON, Account.status.in_(sorted(ALIVE)))
    given = [key for key in (person.existing, person.email) if key]
    row = session.scalar(living.where(Account.address_key.in_(given)).limit(1))
    why = "the address in the application"
    if row is None:
        named = or_(*(Account.name_key == name for name in list_names(person)))
        row = session.scalar(living.where(named, Account.mobile == person.mobile).limit(1))
        why = "the same name and mobile"
    if row is None:
        return None
    within = select(ScopeLink.below).where(
        ScopeLink.above == container, ScopeLink.below == row.organisation
    )
    is_within = session.scalar(within) is not None
    return Match(row.account_id, row.address, row.organisation, is_within, why)


def list_names(person: Person) -> list[str]:
    """A name as the directory may hold it, folded: both orders."""
    orders = (f"{person.last_name}, {person.first_name}", person.name)
    return [fold_name(name) for name in orders]
