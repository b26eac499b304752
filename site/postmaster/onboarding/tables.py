"""Batches of mailboxes an organisation moves in."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class MigrationBatch(Base):
    """Mailboxes an organisation means to move in on one day, and what became of it."""

    __tablename__ = "migration_batch"
    __table_args__ = (
        Index("ix_migration_batch_organisation_run_on", "organisation", "run_on"),
        Index("ix_migration_batch_state", "state"),
    )

    migration_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisation.ods_code"))
    route: Mapped[str] = mapped_column(String(16))
    run_on: Mapped[date] = mapped_column(Date)
    mailboxes: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    warned: Mapped[str] = mapped_column(Text)  # what was said when it was planned
    override: Mapped[str] = mapped_column(Text)  # why it ran all the same
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
