"""People, invitations, second factors, sessions, resets asked for, and failures counted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class Person(Base):
    """Somebody who signs in to the panels, or is invited to, or once did. Never deleted.

    `address_key` and `search_key` are folded: the first finds, the second sorts.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_address_key", "address_key", unique=True),
        Index("ix_person_search_key_person_id", "search_key", "person_id"),
        Index("ix_person_organisation", "organisation"),
    )

    person_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    search_key: Mapped[str] = mapped_column(String(254))
    organisation: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """A link sent to a person once; the token is kept only as its SHA-256."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index("ix_invitation_token_digest", "token_digest", unique=True),
        Index("ix_invitation_person_id", "person_id"),
    )

    invitation_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # A later invitation, or the end of the person, ends it.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TotpFactor(Base):
    """The authenticator of a person: its secret sealed, the last step a code was taken of."""

    __tablename__ = "totp_factor"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that replaces the authenticator once; kept as a keyed digest."""

    __tablename__ = "recovery_code"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInSession(Base):
    """A sign-in: begun with a password, whole once `both_factors_at` is set.

    The password step and the code step each have a row and a token of their own.
    """

    __tablename__ = "sign_in_session"
    __table_args__ = (
        Index("ix_sign_in_session_token_digest", "token_digest", unique=True),
        Index("ix_sign_in_session_person_id_created_at", "person_id", "created_at"),
        Index("ix_sign_in_session_created_at", "created_at"),
    )

    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id"))
    session_key: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    both_factors_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(200))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(80))


class FactorReset(Base):
    """A reset of a lost second factor: asked for by one administrator, decided by another."""

    __tablename__ = "factor_reset"
    __table_args__ = (
        Index("ix_factor_reset_person_id", "person_id"),
        Index("ix_factor_reset_decided_at_asked_at", "decided_at", "asked_at"),
    )

    reset_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id"))
    reason: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(String(16))


class Throttle(Base):
    """Failed sign-ins counted: per account and source together, and per account.

    Keys are digests: people type passwords into the address field.
    """

    __tablename__ = "throttle"
    __table_args__ = (
        Index("ix_throttle_source_last_failed_at", "source", "last_failed_at"),
        Index("ix_throttle_last_failed_at", "last_failed_at"),
    )

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str | None] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(Integer)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
