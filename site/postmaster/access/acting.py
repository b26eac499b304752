"""How an action declares its row of the matrix, and how it asks about the object before it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.rules import Decision, may

P = ParamSpec("P")
R = TypeVar("R")


class RefusedError(Exception):
    """The matrix says no; the decision has the reason and whom to ask."""

    def __init__(self, decision: Decision, action: Action) -> None:
        super().__init__(decision.reason)
        self.decision = decision
        self.action = action


def acts(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare an action's row of the matrix: its `by=` is checked for the role before it begins.

    The object is checked inside, by `ensure`, once it has been read.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs.get("by")
            if not isinstance(by, Actor):
                raise TypeError(f"{function.__name__} needs by=Actor")
            ensure(by, action)
            return function(*args, **kwargs)

        guarded.__setattr__("acts", action)
        return guarded

    return decorate


def ensure(by: Actor, action: Action, on: Target | None = None) -> None:
    """Go on only if the actor may.

    Raises:
        RefusedError: the matrix says no.
    """
    decision = may(by, action, on)
    if not decision.is_allowed:
        raise RefusedError(decision, action)
