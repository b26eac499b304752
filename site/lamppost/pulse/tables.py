"""The worker's heartbeat and the record of its runs."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class Heartbeat(Base):
    """When an elected process was last seen at work."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    beaten_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    holder: Mapped[str] = mapped_column(String(128))


class JobRun(Base):
    """One run of one job: when it was due, when it ran, how it ended. Kept for two days."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_job_started_at", "job", "started_at"),)

    run_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    job: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)


class JobCounter(Base):
    """Runs done, failed and missed since the database was made, per job."""

    __tablename__ = "job_counter"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    done: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    missed: Mapped[int] = mapped_column(BigInteger)
