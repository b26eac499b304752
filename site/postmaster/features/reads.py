"""Questions about features."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.features import criteria
from postmaster.features.rules import Feature
from postmaster.features.tables import FeaturePeriod


@dataclass(frozen=True, slots=True)
class LivePeriod:
    """When a release made a feature live; still live while `live_until` is None."""

    feature: Feature
    source: str
    live_from: datetime
    live_until: datetime | None


def was_live(session: Session, *, feature: Feature, at: datetime) -> bool:
    """Whether the feature was live at the moment something happened."""
    return bool(session.scalar(select(criteria.was_live(feature, at=at))))


def list_features(session: Session) -> Sequence[LivePeriod]:
    """Every period of every feature, by feature, then by go-live."""
    rows = session.scalars(
        select(FeaturePeriod).order_by(
            FeaturePeriod.feature, FeaturePeriod.live_from, FeaturePeriod.source
        )
    )
    return tuple(
        LivePeriod(Feature(row.feature), row.source, row.live_from, row.live_until) for row in rows
    )
