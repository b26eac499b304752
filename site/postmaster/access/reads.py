"""Questions about roles and scopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Grant
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant, ScopeLink


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role held or once held, with when and by whom it was given and ended."""

    grant_id: UUID
    person_id: str
    role: Role
    scope: str | None
    granted_at: datetime
    granted_by: str
    ended_at: datetime | None
    ended_by: str | None


def list_grants(session: Session, *, person_id: str) -> tuple[Grant, ...]:
    """The roles a person holds now, in order of role and scope."""
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.scope)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.role, RoleGrant.scope)
    )
    return tuple(Grant(Role(role), scope) for role, scope in rows)


def list_held_roles(session: Session, *, person_id: str) -> Sequence[HeldRole]:
    """Every role a person holds or held, newest first."""
    rows = session.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id)
        .order_by(RoleGrant.granted_at.desc(), RoleGrant.grant_id)
    )
    return [
        HeldRole(
            grant_id=row.grant_id,
            person_id=row.person_id,
            role=Role(row.role),
            scope=row.scope,
            granted_at=row.granted_at,
            granted_by=row.granted_by,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
        )
        for row in rows
    ]


def count_holders(session: Session, *, role: Role) -> int:
    """How many people hold a role now, whatever for."""
    return (
        session.scalar(
            select(func.count(RoleGrant.person_id.distinct())).where(
                RoleGrant.role == role, RoleGrant.ended_at.is_(None)
            )
        )
        or 0
    )


def get_above(session: Session, *, organisation: str | None) -> frozenset[str]:
    """The organisation, its parents and its containers; nothing for what has no organisation."""
    if organisation is None:
        return frozenset()
    rows = session.scalars(select(ScopeLink.above).where(ScopeLink.below == organisation))
    return frozenset(rows) | {organisation}
