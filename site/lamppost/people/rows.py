"""What the reads of people give: rows of the panels."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lamppost.people.rules import PersonState
from postmaster.access.actors import Grant


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the panel lists them; `cursor` is the row's place in the order."""

    person_id: str
    email: str
    name: str
    organisation: str | None
    state: PersonState
    created_at: datetime
    disabled_at: datetime | None
    search_key: str
    has_second_factor: bool
    grants: tuple[Grant, ...]

    @property
    def cursor(self) -> tuple[str, str]:
        """What the next page begins after."""
        return (self.search_key, self.person_id)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live sign-in of a person."""

    session_id: str
    person_id: str
    signed_in_at: datetime
    source: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that may still be used."""

    person_id: str
    email: str
    name: str
    organisation: str | None
    sent_at: datetime
    sent_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FactorResetRow:
    """A reset of a lost second factor that waits for a second administrator."""

    reset_id: UUID
    person_id: str
    email: str
    name: str
    organisation: str | None
    reason: str
    asked_at: datetime
    asked_by: str
    # Whether this reader may decide: not the asker, not the person, and over all of their roles.
    can_decide: bool
