"""Erase the personal data of an entry; the entry and the chain stay whole."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import blank_detail, record
from postmaster.audit.chain import ERASED_KIND, ERASING
from postmaster.inspection.reads import get_entry


class NothingToEraseError(Exception):
    """The entry is not there, has no personal data, or they were erased before."""


@acts(Action.AUDIT_ERASE)
def erase_detail(session: Session, *, entry_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Erase what is personal in an entry for good; who did it and why is an entry of its own.

    Raises:
        NothingToEraseError: there is nothing to erase.
        RefusedError: the actor may not.
    """
    entry = get_entry(session, reader=by, entry_id=entry_id)
    if entry is None:
        raise NothingToEraseError(str(entry_id))
    above = get_above(session, organisation=entry.organisation)
    target = Target(ERASED_KIND, str(entry_id), entry.organisation, above)
    ensure(by, Action.AUDIT_ERASE, target)
    if not blank_detail(session, entry_id=entry_id):
        raise NothingToEraseError(str(entry_id))
    record(
        session,
        action=ERASING,
        kind=ERASED_KIND,
        key=str(entry_id),
        organisation=entry.organisation,
        personal={"reason": reason},
        by=by.reference,
        now=now,
    )
