"""Which policy judges readings: the one applied last, or the one that ships."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy
from lamppost.status.tables import AppliedPolicy

_NEWEST = select(AppliedPolicy.numbers).order_by(AppliedPolicy.applied_at.desc()).limit(1)
# The numbers in force as a column of another statement, which saves one of its own.
NUMBERS_IN_FORCE = _NEWEST.scalar_subquery().label("policy")


class KnownVersionError(ValueError):
    """A policy of that version was applied before; a changed number wants a new version."""


def policy_of(numbers: Mapping[str, Any] | None) -> ProbePolicy:
    """The policy of stored numbers; None means that none was applied yet."""
    return DEFAULT_POLICY if numbers is None else ProbePolicy(**numbers)


def get_policy(session: Session) -> ProbePolicy:
    """The policy in force."""
    return policy_of(session.scalar(_NEWEST))


def put_in_force(session: Session, *, policy: ProbePolicy, by: str, now: datetime) -> None:
    """Note that a policy holds from now on; what was derived under another is not touched here.

    Raises:
        KnownVersionError: the version is taken, by an applied policy or the one that ships.
    """
    taken = session.scalar(
        select(AppliedPolicy.version).where(AppliedPolicy.version == policy.version)
    )
    if taken is not None or policy.version == DEFAULT_POLICY.version:
        raise KnownVersionError(
            f"version {policy.version} was in force before; give the changed policy its own"
        )
    session.execute(
        insert(AppliedPolicy),
        {
            "version": policy.version,
            "numbers": asdict(policy),
            "applied_at": now,
            "applied_by": by,
        },
    )
