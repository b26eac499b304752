"""A file that was uploaded, and each of its rows with what it asks, what was decided and done."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import FOLDED_KEY, ROW_ID, Base, UtcDateTime


class Upload(Base):
    """One file. Its rows are forgotten after a while; what it did stays in the counts.

    `organisation` is the one every row is of or under; None for a file of an operator. `plan_hash`
    is the digest of the file and of everything its rows would do: applying names it. `checkpoint`
    is the line of the last finished chunk.
    """

    __tablename__ = "upload"
    __table_args__ = (
        Index("ix_upload_status_upload_id", "status", "upload_id"),
        Index("ix_upload_plan_hash", "plan_hash"),
    )

    upload_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("organisation.ods_code")
    )
    layout: Mapped[str] = mapped_column(String(8))
    file_hash: Mapped[str] = mapped_column(String(64))
    plan_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    staged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    staged_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None] = mapped_column(String(80))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checkpoint: Mapped[int] = mapped_column(Integer, default=0)
    row_count: Mapped[int] = mapped_column(Integer, default=0)
    planned_count: Mapped[int] = mapped_column(Integer, default=0)
    done_count: Mapped[int] = mapped_column(Integer, default=0)
    refused_count: Mapped[int] = mapped_column(Integer, default=0)


class UploadRow(Base):
    """One row of a file. `cells` are its cells as they came, for the file that is given back.

    `account_revision` is the matched account's when the plan was made: an account changed since is
    left alone. `changed` names the fields an update changes.
    """

    __tablename__ = "upload_row"
    __table_args__ = (
        Index("ix_upload_row_upload_id_address_key", "upload_id", "address_key"),
        Index("ix_upload_row_upload_id_state_line", "upload_id", "state", "line"),
    )

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("upload.upload_id"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cells: Mapped[str] = mapped_column(Text)
    given_id: Mapped[int | None] = mapped_column(BigInteger)
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(FOLDED_KEY)
    name: Mapped[str] = mapped_column(String(256))
    name_key: Mapped[str] = mapped_column(FOLDED_KEY)
    kind: Mapped[str] = mapped_column(String(16))
    organisation: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str | None] = mapped_column(String(64))
    job_title: Mapped[str | None] = mapped_column(String(100))
    mobile: Mapped[str | None] = mapped_column(String(20))
    action: Mapped[str | None] = mapped_column(String(8))
    message: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    account_revision: Mapped[int | None] = mapped_column(Integer)
    changed: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(8))
