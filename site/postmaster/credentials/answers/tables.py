"""What is kept of security questions."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class SecurityAnswer(Base):
    """One question, which is personal, and digests of its answer's characters, in their order.

    `is_folded`: kept since case stopped mattering, and so without it.
    """

    __tablename__ = "security_answer"

    account_id: Mapped[int] = mapped_column(
        ROW_ID, ForeignKey("account.account_id"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(120))
    digests: Mapped[str] = mapped_column(Text)
    is_folded: Mapped[bool] = mapped_column(Boolean)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
