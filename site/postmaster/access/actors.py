"""Who acts and on what: the two values every decision is about."""

from dataclasses import dataclass
from enum import StrEnum

from postmaster.access.roles import Role


class ActorKind(StrEnum):
    """What kind of actor this is; the audit keeps it."""

    PERSON = "person"
    # Somebody with a shell on the server: may do everything but approve as a second person.
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and what it is held for: an ODS code, or None for the whole service."""

    role: Role
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts.

    `key` is the person's id, or the name of the command or job. `grants` are those in force when
    the actor was read. `organisation` is a person's home organisation.
    """

    kind: ActorKind
    key: str
    grants: tuple[Grant, ...] = ()
    organisation: str | None = None

    @property
    def reference(self) -> str:
        """How the audit names the actor: `person:…`, `operator:…` or `system:…`."""
        return f"{self.kind}:{self.key}"

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held, whatever for."""
        return frozenset(grant.role for grant in self.grants)


def operator(command: str) -> Actor:
    """The person at the command line, by the command they typed."""
    return Actor(ActorKind.OPERATOR, command)


def system(job: str) -> Actor:
    """The service itself, by the job it does."""
    return Actor(ActorKind.SYSTEM, job)


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on.

    Args:
        kind: the object's noun, such as `organisation` or `person`.
        key: its identifier.
        organisation: the ODS code it belongs to; None for what belongs to the whole service.
        above: that organisation, its parents and its containers (`access.reads.get_above`).
        person: the id of the person it is or belongs to, so that nobody acts on themselves.
    """

    kind: str
    key: str
    organisation: str | None = None
    above: frozenset[str] = frozenset()
    person: str | None = None
