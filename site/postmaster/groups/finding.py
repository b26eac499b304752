"""A list, locked, for somebody who may do this to it."""

from sqlalchemy.orm import Session

from postmaster.access.acting import ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.groups.rules import GroupError
from postmaster.groups.tables import DistributionList


def get_list_for(
    session: Session, list_id: int, action: Action, by: Actor, *, is_locked: bool = True
) -> DistributionList:
    """The list, locked to be changed, for somebody who may do this to it.

    Raises:
        GroupError: there is none.
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    row = session.get(DistributionList, list_id, with_for_update=is_locked)
    if row is None:
        raise GroupError("There is no such list.")
    above = get_above(session, organisation=row.organisation)
    ensure(by, action, Target("list", str(list_id), row.organisation, above))
    return row


def ensure_over(session: Session, code: str, by: Actor) -> None:
    """Go on only if the actor may ask for lists of an organisation."""
    above = get_above(session, organisation=code)
    ensure(by, Action.GROUPS_ASK, Target("list", "new", code, above))
