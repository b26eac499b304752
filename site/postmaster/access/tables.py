"""Roles held, and which organisation stands over which."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import FOLDED_KEY, Base, UtcDateTime


class RoleGrant(Base):
    """A role somebody holds or held. Never deleted: it is ended.

    `address_key` is the holder's folded address, so that an account that leaves takes its roles
    with it in the same transaction.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_person_id_ended_at", "person_id", "ended_at"),
        Index("ix_role_grant_address_key_ended_at", "address_key", "ended_at"),
        Index("ix_role_grant_scope_ended_at", "scope", "ended_at"),
    )

    grant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[str] = mapped_column(String(36))
    address_key: Mapped[str] = mapped_column(FOLDED_KEY)
    role: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str | None] = mapped_column(String(32))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))


class ScopeLink(Base):
    """`above` stands over `below`: itself, a parent, a parent's parent, or a container.

    Kept whole by `place_organisation`, so that a scope is one indexed look and never a walk.
    """

    __tablename__ = "scope_link"
    __table_args__ = (Index("ix_scope_link_below", "below"),)

    above: Mapped[str] = mapped_column(String(32), primary_key=True)
    below: Mapped[str] = mapped_column(String(32), primary_key=True)
