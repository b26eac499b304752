"""The authenticator and the recovery codes: made, confirmed, spent once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.people.means import Means
from postmaster.access.actors import Actor


@dataclass(frozen=True, slots=True)
class WaitingFactor:
    """An authenticator not yet confirmed: the secret to type and the address for its QR code."""

    secret: str
    uri: str


def get_waiting_factor(session: Session, means: Means, *, person_id: str) -> WaitingFactor | None:
    """The secret that waits to be confirmed; None when there is none or it is confirmed."""
    raise NotImplementedError


def count_recovery_codes(session: Session, *, person_id: str) -> int:
    """How many recovery codes are left."""
    raise NotImplementedError


def make_recovery_codes(
    session: Session, means: Means, *, by: Actor, now: datetime
) -> tuple[str, ...]:
    """New recovery codes for oneself; the older ones are worth nothing. Shown once."""
    raise NotImplementedError
