"""Organisations, and who succeeds whom."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime

# Compared by code point on both databases, so that a prefix is a range of the index.
SEARCH_KEY = String(200).with_variant(String(200, collation="C"), "postgresql")


def _other() -> ForeignKey:
    # Checked when the transaction ends: an import may name a parent that comes later in the file.
    return ForeignKey("organisation.ods_code", deferrable=True, initially="DEFERRED")


class Organisation(Base):
    """One organisation or container. Never deleted, its code never changed or used again.

    `closing_on` is the day it began to close, `closed_on` its last day. `short_code` prefixes the
    addresses of its shared mailboxes and lists; one organisation at a time has it, and closed ones
    keep theirs, because old addresses do. `search_key` is the folded name. `ods_closed_on` is the
    day ODS closed it while it is still open here: until both agree it takes no accounts.
    `closes_on` and `planned_successors` (codes) are what is planned for one that is closing.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        Index("ix_organisation_search_key_ods_code", "search_key", "ods_code"),
        Index("ix_organisation_parent", "parent"),
        Index("ix_organisation_container", "container"),
        Index("ix_organisation_short_code", "short_code"),
        Index("ix_organisation_status_closing_on", "status", "closing_on"),
    )

    ods_code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    short_code: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(16))
    parent: Mapped[str | None] = mapped_column(String(32), _other())
    container: Mapped[str | None] = mapped_column(String(32), _other())
    status: Mapped[str] = mapped_column(String(16))
    opened_on: Mapped[date | None]
    closing_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    ods_closed_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    planned_successors: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(SEARCH_KEY)


class Succession(Base):
    """`successor` took over from `predecessor`, wholly or in part.

    `recorded_at` is when that was written down here, which may be long after it took effect.
    """

    __tablename__ = "succession"
    __table_args__ = (Index("ix_succession_successor", "successor"),)

    predecessor: Mapped[str] = mapped_column(String(32), _other(), primary_key=True)
    successor: Mapped[str] = mapped_column(String(32), _other(), primary_key=True)
    effective_on: Mapped[date]
    type: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SuccessorElsewhere(Base):
    """Who took over and is not on the service: a code and a name, nowhere to move accounts to."""

    __tablename__ = "successor_elsewhere"

    predecessor: Mapped[str] = mapped_column(String(32), _other(), primary_key=True)
    ods_code: Mapped[str] = mapped_column(String(32), primary_key=True)
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrganisationContact(Base):
    """How people reach those who look after an organisation: a function's, never a person's.

    Anybody may read it. It is never changed: it ends, and another begins.
    """

    __tablename__ = "organisation_contact"
    __table_args__ = (Index("ix_organisation_contact_organisation", "organisation"),)

    contact_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(String(32), ForeignKey("organisation.ods_code"))
    kind: Mapped[str] = mapped_column(String(24))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    hours: Mapped[str | None] = mapped_column(String(100))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[str] = mapped_column(String(80))
