"""Subscribers and what they asked for. An address is personal data: it goes when its owner does."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class Subscriber(Base):
    """One address. Until its owner confirms, what was asked for only waits in `wanted`.

    `link_digest` is of the token last sent, good until `link_until`; `asked_at` keeps a stranger
    from filling a mailbox with letters.
    """

    __tablename__ = "subscriber"

    subscriber_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(String(254), unique=True)
    wanted: Mapped[list[list[str]]] = mapped_column(JSON)
    link_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    link_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Subscription(Base):
    """One thing one confirmed subscriber is told of: an audience, a topic or a component."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_kind_value", "kind", "value"),)

    subscriber_id: Mapped[str] = mapped_column(
        ForeignKey("subscriber.subscriber_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)


class Announced(Base):
    """Up to which moment a source has been announced: nobody is sent what came before."""

    __tablename__ = "announced"

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
