"""Which organisations a search finds, as SQL."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.organisations.rules import (
    Kind,
    Status,
    find_code_fault,
    fold_code,
    fold_name,
)
from postmaster.organisations.tables import Organisation

# The last character there is: what begins with a prefix lies between it and it followed by this.
_LAST = "\U0010ffff"
KEY = (Organisation.search_key, Organisation.ods_code)


def begins_with(prefix: str) -> ColumnElement[bool]:
    """Names that begin with a folded prefix, as a range of the index."""
    return and_(Organisation.search_key >= prefix, Organisation.search_key < prefix + _LAST)


def takes_accounts() -> ColumnElement[bool]:
    """Open here and in ODS: new accounts and joiners may come."""
    return and_(Organisation.status == Status.OPEN, Organisation.ods_closed_on.is_(None))


def select_organisations(
    *,
    reader: Actor,
    prefix: str = "",
    status: Status | None = None,
    kind: Kind | None = None,
) -> Select[*tuple[Any, ...]]:
    """The reader's organisations whose name begins with the prefix, or whose code it is.

    Selects the key of the list first (`KEY`), then the other columns of a row; not ordered.
    """
    statement = select(
        *KEY,
        Organisation.name,
        Organisation.short_code,
        Organisation.kind,
        Organisation.status,
        Organisation.parent,
        Organisation.container,
    ).where(in_scope(reader, Action.ORGANISATIONS_READ, Organisation.ods_code))
    if folded := fold_name(prefix.replace("\x00", "")):
        code = fold_code(prefix)
        found = begins_with(folded)
        if None in {find_code_fault(code), find_code_fault(code, Kind.UNIT)}:
            found = or_(found, Organisation.ods_code == code)
        statement = statement.where(found)
    if status is not None:
        statement = statement.where(Organisation.status == status)
    if kind is not None:
        statement = statement.where(Organisation.kind == kind)
    return statement
