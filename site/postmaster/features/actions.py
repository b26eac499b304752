"""Say which features a release switched and when; called in the release's own transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.audit.actions import Changes, record
from postmaster.features.rules import Feature
from postmaster.features.tables import FeaturePeriod


class WrongGoLiveError(ValueError):
    """A feature would be taken back before it was live."""


def set_features(
    session: Session,
    *,
    source: str,
    features: Collection[Feature],
    live_from: datetime | None,
    live_until: datetime | None = None,
    by: str,
    now: datetime,
) -> bool:
    """Make a release's features exactly these; whether anything changed.

    Args:
        session: the transaction of the release's own change.
        source: the release's reference.
        features: what it switches.
        live_from: its go-live; None while it is only planned, so that nothing is switched.
        live_until: when it was rolled back; None while it was not.
        by: the reference of who changed the release.
        now: when.

    Raises:
        WrongGoLiveError: it is rolled back before it went live.
    """
    if live_from is not None and live_until is not None and live_until < live_from:
        raise WrongGoLiveError(f"the release {source} is rolled back before it went live")
    found = session.scalars(select(FeaturePeriod).where(FeaturePeriod.source == source))
    rows = {row.feature: row for row in found}
    wanted = {feature.value for feature in features} if live_from is not None else set()
    before = {name: _words(row) for name, row in rows.items()}
    for name in sorted(rows.keys() - wanted):
        session.delete(rows.pop(name))
    for name in sorted(wanted):
        row = rows.setdefault(name, FeaturePeriod(feature=name, source=source))
        assert live_from is not None  # nosec B101 # noqa: S101 - nothing is wanted otherwise
        row.live_from, row.live_until = live_from, live_until
        session.add(row)
    session.flush()
    after = {name: _words(row) for name, row in rows.items()}
    return _keep(session, source, before, after, by=by, now=now)


def _keep(
    session: Session,
    source: str,
    before: dict[str, str],
    after: dict[str, str],
    *,
    by: str,
    now: datetime,
) -> bool:
    changes: Changes = {
        name: (before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }
    if changes:
        record(
            session, action="features.set", kind="release", key=source, changes=changes,
            by=by, now=now,
        )  # fmt: skip
    return bool(changes)


def _words(row: FeaturePeriod) -> str:
    until = row.live_until.isoformat() if row.live_until else "open"
    return f"{row.live_from.isoformat()} to {until}"
