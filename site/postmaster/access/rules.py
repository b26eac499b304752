"""May this actor do this to that? An ordered list of questions; every answer has its reason."""

from dataclasses import dataclass
from enum import StrEnum

from postmaster.access.actors import Actor, ActorKind, Target
from postmaster.access.matrix import NEVER_ON_ONESELF, Action, MatrixRow, get_matrix
from postmaster.access.roles import ROLE_WORDS, Reach, Role


class Verdict(StrEnum):
    """How a question to the matrix ended; the web answers SCOPE with 404, other refusals 403."""

    ALLOWED = "allowed"
    ROLE = "role"
    ASK = "ask"
    SCOPE = "scope"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the reason in words, and the roles one could ask."""

    verdict: Verdict
    reason: str
    whom_to_ask: tuple[Role, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether the answer is yes."""
        return self.verdict is Verdict.ALLOWED


def may(actor: Actor, action: Action, on: Target | None = None) -> Decision:
    """Decide whether an actor may do an action, to an object or at all (`on=None`: the panel)."""
    row = get_matrix()[action]
    if actor.kind is not ActorKind.PERSON:
        return Decision(Verdict.ALLOWED, f"{actor.reference} acts for the service")
    if on is not None and on.person == actor.key and action in NEVER_ON_ONESELF:
        return Decision(Verdict.SELF, "Nobody may do this to themselves.", _doers(row))
    reaches = {row.reach[role] for role in actor.roles}
    if Reach.SERVICE in reaches:
        return Decision(Verdict.ALLOWED, _reason(row, actor, Reach.SERVICE))
    if Reach.SCOPE in reaches:
        return _decide_scope(row, actor, on)
    words = row.words[0].lower() + row.words[1:]
    if Reach.ASK in reaches:
        return Decision(
            Verdict.ASK, f"Your role may ask for this, not do it: {words}.", _doers(row)
        )
    return Decision(Verdict.ROLE, f"Your role does not let you do this: {words}.", _doers(row))


def _decide_scope(row: MatrixRow, actor: Actor, on: Target | None) -> Decision:
    scopes = {grant.scope for grant in actor.grants if row.reach[grant.role] is Reach.SCOPE}
    if on is None or scopes & on.above:
        return Decision(Verdict.ALLOWED, _reason(row, actor, Reach.SCOPE))
    return Decision(Verdict.SCOPE, "It is not in an organisation you look after.", _doers(row))


def _reason(row: MatrixRow, actor: Actor, reach: Reach) -> str:
    role = next(role for role in Role if role in actor.roles and row.reach[role] is reach)
    far = "everywhere" if reach is Reach.SERVICE else "in the organisations it is held for"
    return f"{ROLE_WORDS[role]} may do this {far}."


def _doers(row: MatrixRow) -> tuple[Role, ...]:
    return row.roles(Reach.SCOPE, Reach.SERVICE)
