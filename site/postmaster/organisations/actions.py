"""Open, move and close organisations; whoever looks after what follows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actions import place_organisation
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import record
from postmaster.organisations.rules import (
    Kind,
    OrganisationError,
    Status,
    SuccessionKind,
    check_code,
    fold,
    list_above,
)
from postmaster.organisations.tables import Organisation, Succession


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation to open."""

    ods_code: str
    name: str
    short_code: str | None = None
    kind: Kind = Kind.ORGANISATION
    parent: str | None = None
    container: str | None = None
    opened_on: date | None = None


@acts(Action.ORGANISATIONS_WRITE)
def add_organisation(
    session: Session, *, organisation: NewOrganisation, by: Actor, now: datetime
) -> None:
    """Open an organisation under its parent and container.

    Raises:
        OrganisationError: the code was used before, or the parent or container does not exist.
    """
    code = check_code(organisation.ods_code)
    if session.get(Organisation, code) is not None:
        raise OrganisationError(f"{code} exists already; ODS codes are never used again.")
    for over in (organisation.parent, organisation.container):
        if over is not None and session.get(Organisation, over) is None:
            raise OrganisationError(f"{over} is not an organisation here; open it first.")
    session.execute(
        insert(Organisation).values(
            ods_code=code,
            name=organisation.name,
            short_code=organisation.short_code,
            kind=organisation.kind,
            parent=organisation.parent,
            container=organisation.container,
            status=Status.OPEN,
            opened_on=organisation.opened_on,
            search_key=fold(organisation.name),
        )
    )
    _place(session, [code])
    changes = {"status": (None, Status.OPEN), "parent": (None, organisation.parent)}
    _record(session, action="organisations.add", code=code, changes=changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def move_organisation(
    session: Session,
    *,
    ods_code: str,
    parent: str | None,
    container: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """Put an organisation, with everything under it, under another parent and container.

    Raises:
        OrganisationError: there is no such organisation, or it would stand over itself.
    """
    row = _get(session, ods_code, by)
    for over in (parent, container):
        if over is not None and session.get(Organisation, over) is None:
            raise OrganisationError(f"{over} is not an organisation here; open it first.")
    changes = {"parent": (row.parent, parent), "container": (row.container, container)}
    session.execute(
        update(Organisation)
        .where(Organisation.ods_code == ods_code)
        .values(parent=parent, container=container)
    )
    _place(session, None)
    _record(session, action="organisations.move", code=ods_code, changes=changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def close_organisation(
    session: Session,
    *,
    ods_code: str,
    closed_on: date,
    successors: Mapping[str, SuccessionKind],
    by: Actor,
    now: datetime,
) -> None:
    """Close an organisation for good and name those that take its place.

    Raises:
        OrganisationError: it is closed already, or a successor is not open or is itself.
    """
    row = _get(session, ods_code, by)
    if row.status == Status.CLOSED:
        raise OrganisationError(f"{ods_code} is closed already; a closed code never opens again.")
    for successor, kind in successors.items():
        found = session.get(Organisation, successor)
        if found is None or found.status == Status.CLOSED or successor == ods_code:
            raise OrganisationError(f"{successor} cannot succeed {ods_code}: it is not open here.")
        session.execute(
            insert(Succession).values(
                predecessor=ods_code, successor=successor, effective_on=closed_on, kind=kind
            )
        )
    session.execute(
        update(Organisation)
        .where(Organisation.ods_code == ods_code)
        .values(status=Status.CLOSED, closed_on=closed_on)
    )
    changes = {"status": (row.status, Status.CLOSED), "closed_on": (None, closed_on.isoformat())}
    _record(session, action="organisations.close", code=ods_code, changes=changes, by=by, now=now)


def _get(session: Session, ods_code: str, by: Actor) -> Organisation:
    target = Target("organisation", ods_code, ods_code, get_above(session, organisation=ods_code))
    ensure(by, Action.ORGANISATIONS_WRITE, target)
    row = session.get(Organisation, ods_code)
    if row is None:
        raise OrganisationError(f"{ods_code} is not an organisation here.")
    return row


def _place(session: Session, codes: Sequence[str] | None) -> None:
    """State anew what stands over these organisations, or over all."""
    rows = session.execute(
        select(Organisation.ods_code, Organisation.parent, Organisation.container)
    ).all()
    parents = {code: parent for code, parent, _ in rows}
    containers = {code: container for code, _, container in rows}
    for code in codes if codes is not None else parents:
        above = list_above(code, parents, containers)
        place_organisation(session, ods_code=code, above=above)


def _record(
    session: Session,
    *,
    action: str,
    code: str,
    changes: Mapping[str, tuple[str | None, str | None]],
    by: Actor,
    now: datetime,
) -> None:
    record(
        session,
        action=action,
        kind="organisation",
        key=code,
        organisation=code,
        changes=changes,
        by=by.reference,
        now=now,
    )
