"""What a successor has of the features of who closed: computed anew, feature by feature."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.entitlements.feature_rules import FeatureState, OrgFeature, inherit
from postmaster.entitlements.features import get_states, note_feature
from postmaster.entitlements.tables import OrganisationFeature


@acts(Action.CLOSURES_SETTLE)
def settle_features(
    session: Session, *, organisation: str, successor: str | None, by: Actor, now: datetime
) -> int:
    """End every feature of an organisation that closes; a successor has them as the rule says.

    Gives how many were ended. The caller has checked that the successor took over.
    """
    above = get_above(session, organisation=organisation)
    target = Target("organisation", organisation, organisation, above)
    ensure(by, Action.CLOSURES_SETTLE, target)
    rows = session.scalars(
        select(OrganisationFeature)
        .where(
            OrganisationFeature.organisation == organisation,
            OrganisationFeature.state != FeatureState.ENDED,
        )
        .order_by(OrganisationFeature.feature_id)
    ).all()
    for row in rows:
        before = row.state
        if successor is not None:
            _hand_on(session, row, successor, by=by, now=now)
        why = f"Taken over by {successor}" if successor else "The organisation closed"
        row.state, row.state_since, row.state_by = FeatureState.ENDED, now, by.reference
        row.state_why = why
        note_feature(session, row, before, by=by, now=now)
    return len(rows)


def _hand_on(
    session: Session, row: OrganisationFeature, successor: str, *, by: Actor, now: datetime
) -> None:
    feature = OrgFeature(row.feature)
    ours = get_states(session, successor).get(feature)
    state = inherit(feature, FeatureState(row.state), ours)
    if state is None:
        return
    found = session.scalar(
        select(OrganisationFeature).where(
            OrganisationFeature.organisation == successor,
            OrganisationFeature.feature == feature,
            OrganisationFeature.state == FeatureState.REQUESTED,
        )
    )
    if found is None:
        found = OrganisationFeature(
            organisation=successor,
            feature=feature,
            evidence=f"It was {row.state} at {row.organisation}, which closed",
            asked_at=now,
            asked_by=by.reference,
        )
        session.add(found)
    found.state, found.state_since, found.state_by = state, now, by.reference
    found.state_why = f"Taken over from {row.organisation}"
    found.active_from = now if state is FeatureState.ACTIVE else None
    note_feature(session, found, ours, by=by, now=now)
