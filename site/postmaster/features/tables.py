"""When each feature was live, and by which release."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from postmaster.store import Base, UtcDateTime


class FeaturePeriod(Base):
    """A feature is live from `live_from` up to, and not with, `live_until`; open while null."""

    __tablename__ = "feature_period"
    __table_args__ = (Index("ix_feature_period_source", "source"),)

    feature: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(64), primary_key=True)  # the release's reference
    live_from: Mapped[datetime] = mapped_column(UtcDateTime)
    live_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
