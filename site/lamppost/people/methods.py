"""The ways of proving who one is: the seam where passkeys and OpenID Connect will stand.

A first factor is looked at, then checked outside any transaction, because a check may be slow
(argon2) or ask another server (OpenID Connect). A second factor is spent inside the transaction
that makes the session, because what is used once must be used up by exactly one session.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from lamppost.people.factors import spend_code, spend_recovery_code
from lamppost.people.means import Means
from postmaster.credentials.reads import get_credential

Check = Callable[[], bool]


class FirstFactor(Protocol):
    """Something a person knows, has, or is vouched for with."""

    def look(self, session: Session, *, person_id: str | None) -> Check:
        """Read what is kept; gives the check, which runs outside any transaction.

        None is nobody: the check takes as long and says no.
        """
        ...


class SecondFactor(Protocol):
    """Something else, good for one sign-in."""

    def spend(self, session: Session, *, person_id: str, now: datetime) -> bool:
        """Whether it is right and was not used before; it is used now."""
        ...


@dataclass(frozen=True, slots=True)
class TypedPassword:
    """A password as first factor."""

    means: Means
    password: str = field(repr=False)

    def look(self, session: Session, *, person_id: str | None) -> Check:
        """Read the hash; the check is argon2, and raises HashingBusyError when too many wait."""
        kept = None if person_id is None else get_credential(session, subject=person_id)
        password_hash = None if kept is None else kept.password_hash
        return lambda: self.means.hasher.verify(password_hash, self.password)


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code of the authenticator as second factor."""

    means: Means
    code: str = field(repr=False)

    def spend(self, session: Session, *, person_id: str, now: datetime) -> bool:
        """Right, of now or a step beside it, and newer than the last one taken."""
        return spend_code(session, self.means, person_id=person_id, code=self.code, now=now)


@dataclass(frozen=True, slots=True)
class TypedRecoveryCode:
    """A recovery code as second factor."""

    means: Means
    code: str = field(repr=False)

    def spend(self, session: Session, *, person_id: str, now: datetime) -> bool:
        """One of the person's, not used before."""
        return spend_recovery_code(
            session, self.means, person_id=person_id, code=self.code, now=now
        )
