"""Which roles somebody may give, for the choices of a form; the action asks again."""

from postmaster.access.actions import action_for
from postmaster.access.actors import Actor
from postmaster.access.roles import Role
from postmaster.access.rules import may


def list_givable(by: Actor) -> list[Role]:
    """The roles an actor may give to somebody, somewhere."""
    return [role for role in Role if may(by, action_for(role)).is_allowed]


def find_role(given: str | None) -> Role | None:
    """The role of a form's value, or None for anything that is none."""
    return Role(given) if given in set(Role) else None
