"""The register: one row per number and the day it begins to hold."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class PolicyNumber(Base):
    """A number from a day on, until a later row of its key begins. Rows are only added."""

    __tablename__ = "policy_number"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    holds_from: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
    era: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    is_assumed: Mapped[bool] = mapped_column(Boolean)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[str] = mapped_column(String(80))
