"""Whose an approval is: asked of the matrix, for the organisation it is about."""

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.rules import may
from postmaster.groups.rules import Needed, Seat


def may_give(session: Session, needed: Needed, by: Actor) -> bool:
    """Whether an approval is somebody's to give as they ask; a tenant's is always another's."""
    return needed.seat is not Seat.TENANT and sits_on(session, needed, by)


def sits_on(session: Session, needed: Needed, by: Actor) -> bool:
    """Whether somebody may give or refuse an approval."""
    if needed.seat is Seat.TENANT:
        return may(by, Action.LIFECYCLE_RUN).is_allowed
    code = needed.organisation
    above = get_above(session, organisation=code)
    return may(by, Action.GROUPS_APPROVE, Target("list", "seat", code, above)).is_allowed
