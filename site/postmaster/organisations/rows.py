"""One organisation's row found for somebody who may write it, and its audit entry."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import Changes, only_changed, record
from postmaster.organisations.checks import refuse
from postmaster.organisations.rules import (
    OrganisationError,
    Status,
    decide_next_status,
    fold_code,
)
from postmaster.organisations.tables import Organisation


def get_row(session: Session, ods_code: str, by: Actor) -> Organisation:
    """The organisation, which the actor may write, whatever its status.

    Raises:
        OrganisationError: there is none.
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    code = fold_code(ods_code)
    above = get_above(session, organisation=code)
    ensure(by, Action.ORGANISATIONS_WRITE, Target("organisation", code, code, above))
    row = session.get(Organisation, code)
    if row is None:
        raise OrganisationError(f"There is no organisation {code}. Check the code.")
    return row


def get_open_row(session: Session, ods_code: str, by: Actor) -> Organisation:
    """The organisation, which the actor may write and which is not closed.

    Raises:
        OrganisationError: there is none, or it is closed.
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    row = get_row(session, ods_code, by)
    if row.status == Status.CLOSED:
        refuse(decide_next_status(Status.CLOSED, Status.OPEN), None)
    return row


def note_organisation(
    session: Session, action: str, code: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    """Audit what changed of an organisation."""
    record(
        session,
        action=action,
        kind="organisation",
        key=code,
        organisation=code,
        changes=only_changed(changes),
        by=by.reference,
        now=now,
    )
