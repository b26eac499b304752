"""Tries counted per account and per source, so that guessing stops and nobody locks a ward out.

Counted by what was typed, whether or not there is such an account: the wait tells nothing either.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from postmaster.accounts.rules import fold_address
from postmaster.credentials.locks.tables import CredentialTry
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy
from postmaster.upserts import insert_into

# Tries this far apart are not one attack.
FORGOTTEN_AFTER = timedelta(days=1)
# The wait doubles with each further try, six times at most.
DOUBLINGS = 6


class Purpose(StrEnum):
    """What is tried: a self-service reset, a password, or the check of an identity at a desk."""

    RESET = "reset"
    SIGN_IN = "sign-in"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Try:
    """One try: for what, on which account, from where. `account` may be nobody's address."""

    purpose: Purpose
    account: str
    source: str

    def counts(self, policy: Policy) -> Iterator[tuple[str, str, int]]:
        """What it counts for: the kind, the key, and how many there may be."""
        account = fold_address(self.account)
        yield f"{self.purpose} pair", _digest(account, self.source), policy[Key.TRIES_PAIR]
        yield f"{self.purpose} account", _digest(account), policy[Key.TRIES_ACCOUNT]
        # A desk serves many people from one place.
        if self.purpose is not Purpose.DESK:
            yield f"{self.purpose} source", _digest(self.source), policy[Key.TRIES_SOURCE]


def get_wait(session: Session, one: Try, *, policy: Policy, now: datetime) -> timedelta | None:
    """How long to wait before the next try; None when it may be made now."""
    either = or_(
        *(
            (CredentialTry.kind == kind) & (CredentialTry.key == key)
            for kind, key, _ in one.counts(policy)
        )
    )
    until = session.scalar(select(func.max(CredentialTry.blocked_until)).where(either))
    return until - now if until is not None and until > now else None


def count_try(session: Session, one: Try, *, policy: Policy, now: datetime) -> int:
    """Count a try; gives how many there have been lately on the account, from everywhere."""
    on_account = 0
    for kind, key, most in one.counts(policy):
        tries = _count(session, kind, key, now)
        if kind.endswith(" account"):
            on_account = tries
        if tries >= most:
            wait = timedelta(minutes=policy[Key.TRIES_WAIT_MINUTES])
            _block(session, kind, key, now + wait * 2 ** min(tries - most, DOUBLINGS))
    return on_account


def forgive(session: Session, *, account: str) -> None:
    """Forget what was counted on an account, when its owner has proved who they are."""
    session.execute(
        delete(CredentialTry).where(
            CredentialTry.kind.in_([f"{purpose} account" for purpose in Purpose]),
            CredentialTry.key == _digest(fold_address(account)),
        )
    )


def forgive_pair(session: Session, one: Try, *, policy: Policy) -> None:
    """Forget the tries of one account from one place, when the last of them was right."""
    kind, key, _ = next(one.counts(policy))
    session.execute(
        delete(CredentialTry).where(CredentialTry.kind == kind, CredentialTry.key == key)
    )


def forget_old_tries(session: Session, *, now: datetime) -> None:
    """Delete the counts that no longer mean anything."""
    session.execute(
        delete(CredentialTry).where(
            CredentialTry.last_at < now - FORGOTTEN_AFTER,
            or_(CredentialTry.blocked_until.is_(None), CredentialTry.blocked_until < now),
        )
    )


def _count(session: Session, kind: str, key: str, now: datetime) -> int:
    """One more, counted by the database itself, so that two tries at once are two."""
    is_old = CredentialTry.last_at < now - FORGOTTEN_AFTER
    statement = insert_into(session, CredentialTry).values(kind=kind, key=key, tries=1, last_at=now)
    counted = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["kind", "key"],
            set_={"tries": case((is_old, 1), else_=CredentialTry.tries + 1), "last_at": now},
        ).returning(CredentialTry.tries)
    )
    return counted or 0


def _block(session: Session, kind: str, key: str, until: datetime) -> None:
    session.execute(
        update(CredentialTry)
        .where(CredentialTry.kind == kind, CredentialTry.key == key)
        .values(blocked_until=until)
        .execution_options(synchronize_session=False)
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
