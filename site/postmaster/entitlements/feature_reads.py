"""Questions about features of organisations, within a reader's scope, and what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.entitlements.feature_rules import FeatureState, OrgFeature
from postmaster.entitlements.tables import OrganisationFeature

FEATURE_KEY = (OrganisationFeature.feature_id,)


def select_features(
    *,
    reader: Actor,
    organisation: str = "",
    state: FeatureState | None = None,
    feature: OrgFeature | None = None,
) -> Select[*tuple[Any, ...]]:
    """Features of the reader's organisations; the key first, then the row; not ordered."""
    rows = select(*FEATURE_KEY, OrganisationFeature).where(
        in_scope(reader, Action.GROUPS_READ, OrganisationFeature.organisation)
    )
    if organisation:
        rows = rows.where(OrganisationFeature.organisation == organisation)
    if feature is not None:
        rows = rows.where(OrganisationFeature.feature == feature)
    if state is not None:
        return rows.where(OrganisationFeature.state == state)
    return rows.where(OrganisationFeature.state != FeatureState.ENDED)


def get_feature(session: Session, *, reader: Actor, feature_id: int) -> OrganisationFeature | None:
    """One feature; None when there is none or it is out of the reader's scope."""
    return session.scalar(
        select(OrganisationFeature).where(
            OrganisationFeature.feature_id == feature_id,
            in_scope(reader, Action.GROUPS_READ, OrganisationFeature.organisation),
        )
    )


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:  # noqa: ARG001 - every room is asked the same
    """Features that were asked for and wait for a decision."""
    if not may(reader, Action.ENTITLEMENTS_DECIDE).is_allowed:
        return ()
    count, since = session.execute(
        select(func.count(), func.min(OrganisationFeature.asked_at)).where(
            OrganisationFeature.state == FeatureState.REQUESTED
        )
    ).one()
    if not count:
        return ()
    words = "1 feature was asked for" if count == 1 else f"{count:,} features were asked for"
    address = f"/admin/entitlements/features/?state={FeatureState.REQUESTED}"
    return (Task(count, f"{words} and waits for you" if count == 1 else f"{words} and wait for you",
                 address, since),)  # fmt: skip
