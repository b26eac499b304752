"""What is stored of roll-outs, of registrations and of the people they name."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class Rollout(Base):
    """A stage of a sector in a region, from a day to a day; the next stage is a row of its own.

    `from_words` is what was announced where no day was. `container` is the sector's, so that the
    scope of its administrators is one look. One row of a region has no last day at most.
    """

    __tablename__ = "rollout"
    __table_args__ = (
        Index("ix_rollout_sector_region", "sector", "region"),
        Index(
            "ix_rollout_open_ended",
            "sector",
            "region",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
    )

    rollout_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    sector: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(32))
    container: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(16))
    from_on: Mapped[date | None]
    from_words: Mapped[str | None] = mapped_column(String(80))
    to_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[str] = mapped_column(String(80))


class Registration(Base):
    """One site's, or one locum's, application, from the first page of its form to its end.

    `key_digest` is of the random key in the applicant's cookie. `claim` is what nobody else may
    apply for while this is under way or done: the site, or the person's number; None before the
    code was entered and after a refusal. `contact_email` and the applicants are personal: gone
    once `forgotten_at` is set. `code_digest` is keyed, and None when no code is good.
    """

    __tablename__ = "registration"
    __table_args__ = (
        Index("ix_registration_container_state_registration_id", "container", "state",
              "registration_id"),
        Index("ix_registration_ods_code", "ods_code"),
        Index("ix_registration_contact_email", "contact_email"),
        Index("ix_registration_state_state_since", "state", "state_since"),
    )  # fmt: skip

    registration_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    sector: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(32))
    container: Mapped[str] = mapped_column(String(32))
    ods_code: Mapped[str] = mapped_column(String(32))
    site_name: Mapped[str] = mapped_column(String(200))
    town: Mapped[str] = mapped_column(String(100))
    site_count: Mapped[int]
    identifiers: Mapped[dict[str, str]] = mapped_column(JSON)
    contact_email: Mapped[str | None] = mapped_column(String(254))
    state: Mapped[str] = mapped_column(String(16))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claim: Mapped[str | None] = mapped_column(String(80), unique=True)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_tries: Mapped[int]
    code_letters: Mapped[int]
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(24))
    reason_words: Mapped[str | None] = mapped_column(Text)
    linked_to: Mapped[int | None] = mapped_column(BigInteger)
    mailbox_id: Mapped[int | None] = mapped_column(BigInteger)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Applicant(Base):
    """A person named in a registration, in order; the first is the owner of what is made.

    `existing` is the address they say they have already. `outcome` is what became of them:
    an account made, one asked for by a move, or one linked as it stood.
    """

    __tablename__ = "registration_applicant"
    __table_args__ = (
        Index("ix_registration_applicant_registration_id_place", "registration_id", "place"),
    )

    applicant_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.registration_id", ondelete="CASCADE")
    )
    place: Mapped[int]
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    mobile: Mapped[str] = mapped_column(String(20))
    existing: Mapped[str] = mapped_column(String(254))
    outcome: Mapped[str | None] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    move_id: Mapped[int | None] = mapped_column(BigInteger)
