"""Questions about organisations, each answered for one reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.organisations.rules import Kind, Status, SuccessionKind, fold
from postmaster.organisations.tables import Organisation, Succession

LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation as stored."""

    ods_code: str
    name: str
    short_code: str | None
    kind: Kind
    parent: str | None
    container: str | None
    status: Status
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class SuccessionRow:
    """Who follows whom, from when and why."""

    predecessor: str
    successor: str
    effective_on: date
    kind: SuccessionKind


def select_organisations(
    *, reader: Actor, prefix: str = "", status: Status | None = None, kind: Kind | None = None
) -> Select[*tuple[Any, ...]]:
    """The organisations a reader may see, not ordered: search key and code first, for paging.

    Args:
        reader: who asks; only their organisations are selected.
        prefix: the beginning of a name, or a whole ODS code.
        status: only those.
        kind: only those.
    """
    statement = select(
        Organisation.search_key,
        Organisation.ods_code,
        Organisation.name,
        Organisation.short_code,
        Organisation.kind,
        Organisation.parent,
        Organisation.container,
        Organisation.status,
        Organisation.opened_on,
        Organisation.closed_on,
    ).where(in_scope(reader, Action.ORGANISATIONS_READ, Organisation.ods_code))
    if prefix:
        key = fold(prefix)
        begins = Organisation.search_key.between(key, key + LAST)
        statement = statement.where(begins | (Organisation.ods_code == prefix.strip().upper()))
    if status is not None:
        statement = statement.where(Organisation.status == status)
    if kind is not None:
        statement = statement.where(Organisation.kind == kind)
    return statement


def get_organisation(session: Session, *, reader: Actor, ods_code: str) -> OrganisationRow | None:
    """One organisation, or None when there is none such among the reader's."""
    found = select_organisations(reader=reader).where(Organisation.ods_code == ods_code)
    row = session.execute(found).one_or_none()
    return None if row is None else read_row(row)


def list_under(session: Session, *, reader: Actor, ods_code: str) -> Sequence[OrganisationRow]:
    """What lies directly under an organisation or in a container, by name; 200 at most."""
    under = (Organisation.parent == ods_code) | (Organisation.container == ods_code)
    found = select_organisations(reader=reader).where(under)
    ordered = found.order_by(Organisation.search_key, Organisation.ods_code).limit(200)
    return [read_row(row) for row in session.execute(ordered)]


def list_successions(session: Session, *, ods_code: str) -> Sequence[SuccessionRow]:
    """Whom an organisation follows and who follows it, by date."""
    touches = (Succession.predecessor == ods_code) | (Succession.successor == ods_code)
    rows = session.scalars(
        select(Succession).where(touches).order_by(Succession.effective_on, Succession.predecessor)
    )
    return [
        SuccessionRow(row.predecessor, row.successor, row.effective_on, SuccessionKind(row.kind))
        for row in rows
    ]


def read_row(row: Row[*tuple[Any, ...]]) -> OrganisationRow:
    """A row of `select_organisations` as a value."""
    return OrganisationRow(
        ods_code=row.ods_code,
        name=row.name,
        short_code=row.short_code,
        kind=Kind(row.kind),
        parent=row.parent,
        container=row.container,
        status=Status(row.status),
        opened_on=row.opened_on,
        closed_on=row.closed_on,
    )
