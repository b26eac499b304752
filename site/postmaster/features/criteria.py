"""Whether a feature was live at a moment, as SQL."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import InstrumentedAttribute

from postmaster.features.rules import Feature
from postmaster.features.tables import FeaturePeriod

Moment = datetime | ColumnElement[datetime] | InstrumentedAttribute[datetime]


def was_live(feature: Feature, *, at: Moment) -> ColumnElement[bool]:
    """Whether it was live when something happened, a value or a column of the statement around."""
    return exists().where(
        FeaturePeriod.feature == feature.value,
        FeaturePeriod.live_from <= at,
        or_(FeaturePeriod.live_until.is_(None), FeaturePeriod.live_until > at),
    )
