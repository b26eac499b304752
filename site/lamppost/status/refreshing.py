"""Take what was announced into the days: HSSIs published, moved or over, changes put on or off.

States are never written by an announcement. Every few seconds the worker compares what lies over
each component with what its days were last summed under, and sums again from the first difference.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.component_days import Stretch, sum_days
from lamppost.status.overlays import first_difference, list_overlays, pack_overlays
from lamppost.status.policies import get_policy
from lamppost.status.policy import SHOWN_DAYS
from lamppost.status.slices import Overlay
from lamppost.status.tables import Component

# Changes that begin within a day are known beforehand, so that readings fall into them at once.
AHEAD = timedelta(days=1)


def is_refresh_needed(session: Session, *, now: datetime) -> bool:
    """Whether any component's days were summed under something else than what holds."""
    return bool(_differing(session, now))


def refresh_days(session: Session, *, now: datetime) -> int:
    """Sum the days of every component whose overlays changed; gives how many there were."""
    stretches = _differing(session, now, lock=True)
    if stretches:
        sum_days(session, stretches, policy=get_policy(session))
        bump_generation(session, Area.STATUS)
    return len(stretches)


def _differing(session: Session, now: datetime, *, lock: bool = False) -> list[Stretch]:
    horizon = now - timedelta(days=SHOWN_DAYS)
    found = list_overlays(session, first=horizon, last=now + AHEAD)
    asked = select(Component.slug, Component.days, Component.overlays).where(Component.is_current)
    rows = session.execute(asked.order_by(Component.slug).with_for_update() if lock else asked)
    stretches = []
    for slug, days, packed in rows:
        overlays: Sequence[Overlay] = found.get(slug, ())
        wanted = pack_overlays(overlays)
        first = first_difference(packed, wanted)
        if first is not None and wanted != packed:
            begin = min(max(first, horizon), now)
            stretches.append(Stretch(slug, begin, now, days, overlays, wanted))
    return stretches
