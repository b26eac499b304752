"""The authenticator and the recovery codes: made, confirmed, each code spent once."""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lamppost.people.means import Means
from lamppost.people.tables import Person, RecoveryCode, TotpFactor
from postmaster.access.actors import Actor, ActorKind
from postmaster.audit.actions import record

# RFC 6238: steps of 30 seconds; one step either way for clocks that are off.
STEP_SECONDS = 30
STEPS_BESIDE = 1
DIGITS = 6
RECOVERY_CODES = 10
_RECOVERY_LENGTH = 10
# Nothing that looks like something else on paper.
_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"  # pragma: allowlist secret


@dataclass(frozen=True, slots=True)
class WaitingFactor:
    """An authenticator not yet confirmed: the secret to type and the address for its QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def get_waiting_factor(session: Session, means: Means, *, person_id: str) -> WaitingFactor | None:
    """The secret that waits to be confirmed; None when there is none or it is confirmed."""
    row = session.get(TotpFactor, person_id)
    if row is None or row.confirmed_at is not None:
        return None
    secret = means.seal.decrypt(row.sealed_secret).decode()
    return describe_factor(means, secret, email=session.get_one(Person, person_id).email)


def describe_factor(means: Means, secret: str, *, email: str) -> WaitingFactor:
    """A secret as an authenticator takes it."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=means.service_name)
    return WaitingFactor(secret, uri)


def has_factor(session: Session, *, person_id: str) -> bool:
    """Whether the person has confirmed an authenticator."""
    row = session.get(TotpFactor, person_id)
    return row is not None and row.confirmed_at is not None


def place_factor(
    session: Session,
    means: Means,
    *,
    person_id: str,
    now: datetime,
    secret: str | None = None,
    is_confirmed: bool = False,
    last_step: int = 0,
) -> None:
    """Put a secret in place, a new one unless given; the one before is worth nothing.

    `last_step` is that of the code which confirmed it, so that no one brings it again.
    """
    sealed = means.seal.encrypt((secret or pyotp.random_base32()).encode())
    session.execute(delete(TotpFactor).where(TotpFactor.person_id == person_id))
    session.add(
        TotpFactor(
            person_id=person_id,
            sealed_secret=sealed,
            created_at=now,
            confirmed_at=now if is_confirmed else None,
            last_step=last_step,
        )
    )
    session.flush()


def remove_factors(session: Session, *, person_id: str) -> None:
    """Take the authenticator and the recovery codes away; called by the resets, which audit it."""
    session.execute(delete(TotpFactor).where(TotpFactor.person_id == person_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def spend_code(session: Session, means: Means, *, person_id: str, code: str, now: datetime) -> bool:
    """Whether the code is right and newer than the last one taken; it is taken now.

    The first code of an authenticator that waits confirms it.
    """
    row = session.get(TotpFactor, person_id)
    if row is None:
        return False
    secret = means.seal.decrypt(row.sealed_secret).decode()
    step = find_step(secret, code, after=row.last_step, now=now)
    if step is None:
        return False
    # The guard is in the statement: of two who bring the same code at once, one is refused.
    taken = session.execute(
        update(TotpFactor)
        .where(TotpFactor.person_id == person_id, TotpFactor.last_step < step)
        .values(last_step=step, confirmed_at=func.coalesce(TotpFactor.confirmed_at, now))
        .returning(TotpFactor.person_id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def find_step(secret: str, code: str, *, after: int = 0, now: datetime) -> int | None:
    """The 30-second step a code is of, later than one taken before; None when it is wrong."""
    typed = _plain(code)
    if len(typed) != DIGITS or not typed.isdecimal():
        return None
    totp = pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - STEPS_BESIDE, present + STEPS_BESIDE + 1):
        if step > after and hmac.compare_digest(totp.generate_otp(step), typed):
            return step
    return None


def count_recovery_codes(session: Session, *, person_id: str) -> int:
    """How many recovery codes are left."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def make_recovery_codes(
    session: Session, means: Means, *, by: Actor, now: datetime
) -> tuple[str, ...]:
    """New recovery codes for oneself; the older ones are worth nothing. Shown once."""
    if by.kind is not ActorKind.PERSON:
        raise TypeError("recovery codes are made by the person they belong to")
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == by.key))
    codes = tuple(
        "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    )
    session.add_all(
        RecoveryCode(person_id=by.key, digest=_digest(means, by.key, code), made_at=now)
        for code in codes
    )
    record(
        session,
        action="people.recovery_codes",
        kind="person",
        key=by.key,
        organisation=by.organisation,
        changes={"codes": (None, RECOVERY_CODES)},
        by=by.reference,
        now=now,
    )
    half = _RECOVERY_LENGTH // 2
    return tuple(f"{code[:half]}-{code[half:]}" for code in codes)


def spend_recovery_code(
    session: Session, means: Means, *, person_id: str, code: str, now: datetime
) -> bool:
    """Whether the code is one of the person's and was not used before; it is used now."""
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.digest == _digest(means, person_id, _plain(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.digest)
        .execution_options(synchronize_session=False)
    )
    return spent.first() is not None


def _plain(code: str) -> str:
    """Without the spaces and dashes people type between groups."""
    folded = unicodedata.normalize("NFKC", code[:64]).casefold()
    return "".join(character for character in folded if character.isalnum())


def _digest(means: Means, person_id: str, code: str) -> str:
    return hmac.new(means.recovery_key, f"{person_id}:{code}".encode(), hashlib.sha256).hexdigest()
