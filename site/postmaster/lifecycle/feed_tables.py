"""What is stored of private feeds."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import ROW_ID, Base, UtcDateTime


class LifecycleFeed(Base):
    """A private address under which one person reads what is to be deleted in their organisations.

    `token_digest` is of the secret in the address, which is nowhere stored. `organisation` narrows
    it to one; what the person may see at the moment of reading narrows it further.
    """

    __tablename__ = "lifecycle_feed"
    __table_args__ = (
        Index("ix_lifecycle_feed_token_digest", "token_digest", unique=True),
        Index("ix_lifecycle_feed_person_id_ended_at", "person_id", "ended_at"),
    )

    feed_id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(String(36))
    token_digest: Mapped[str] = mapped_column(String(64))
    organisation: Mapped[str | None] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
