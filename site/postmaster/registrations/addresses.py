"""A free address for somebody new: their name, with the first number nobody has or had."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from postmaster.accounts.addresses import check_free
from postmaster.accounts.tables import Account, AccountAlias, AddressQuarantine
from postmaster.registrations.naming import DOMAIN, name_person
from postmaster.registrations.rules import Person


def find_free(session: Session, person: Person, *, today: date) -> str:
    """`firstname.lastname@nhs.net`, or with the smallest number that makes it nobody else's.

    What anybody has, receives by or lately had is read once, by ranges of the indexes.

    Raises:
        postmaster.accounts.rules.AccountError: the address cannot be one.
    """
    local = name_person(person.first_name, person.last_name)
    keys: tuple[InstrumentedAttribute[str], ...] = (
        Account.address_key, AccountAlias.address_key, AddressQuarantine.address_key,
    )  # fmt: skip
    taken: set[str] = set()
    for key in keys:
        taken.update(session.scalars(select(key).where(key >= local, key < f"{local}@~")))
    number = 1
    address = f"{local}@{DOMAIN}"
    while address in taken:
        number += 1
        address = f"{local}{number}@{DOMAIN}"
    check_free(session, address, today=today)
    return address
