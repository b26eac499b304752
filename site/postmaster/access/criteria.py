"""The scope rule as SQL: which rows an actor may see."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action, get_matrix
from postmaster.access.roles import Reach
from postmaster.access.tables import ScopeLink


def in_scope(
    actor: Actor,
    action: Action,
    organisation: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
) -> ColumnElement[bool]:
    """True for the rows whose organisation column the actor may do this action to."""
    row = get_matrix()[action]
    if sees_everything(actor, action):
        return true()
    scopes = sorted(
        grant.scope
        for grant in actor.grants
        if grant.scope is not None and row.reach[grant.role] is Reach.SCOPE
    )
    if not scopes:
        return false()
    return organisation.in_(select(ScopeLink.below).where(ScopeLink.above.in_(scopes)))


def sees_everything(actor: Actor, action: Action) -> bool:
    """Whether an actor may do an action to the rows of every organisation."""
    row = get_matrix()[action]
    if actor.kind is not ActorKind.PERSON:
        return True
    return any(row.reach[role] is Reach.SERVICE for role in actor.roles)
