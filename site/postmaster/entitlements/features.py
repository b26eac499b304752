"""Features of organisations: asked for, decided, suspended, ended; dependants go along."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.addresses import check_organisation
from postmaster.accounts.rules import AccountError, find_reason_fault
from postmaster.audit.actions import record
from postmaster.entitlements.feature_rules import (
    FEATURE_WORDS,
    FeatureError,
    FeatureState,
    OrgFeature,
    find_feature_fault,
    find_step_fault,
    follow,
    list_dependants,
)
from postmaster.entitlements.tables import OrganisationFeature
from postmaster.organisations.rules import fold_code


@acts(Action.ENTITLEMENTS_ASK)
def ask_feature(
    session: Session,
    *,
    organisation: str,
    feature: OrgFeature,
    evidence: str,
    by: Actor,
    now: datetime,
) -> int:
    """Ask for a feature for an organisation; gives the request's number.

    Raises:
        FeatureError: it has or asked for it, what it rests on is not in use, or nothing says why.
    """
    code = fold_code(organisation)
    above = get_above(session, organisation=code)
    ensure(by, Action.ENTITLEMENTS_ASK, Target("feature", "new", code, above))
    _check_new(session, code, feature, evidence.strip())
    row = OrganisationFeature(
        organisation=code,
        feature=feature,
        state=FeatureState.REQUESTED,
        evidence=evidence.strip(),
        asked_at=now,
        asked_by=by.reference,
        state_since=now,
        state_by=by.reference,
    )
    session.add(row)
    session.flush()
    note_feature(session, row, None, by=by, now=now)
    return row.feature_id


@acts(Action.ENTITLEMENTS_DECIDE)
def decide_feature(
    session: Session, *, feature_id: int, is_granted: bool, why: str, by: Actor, now: datetime
) -> None:
    """Activate what was asked for, or refuse it with why.

    Raises:
        FeatureError: it is decided, what it rests on is not in use, or `why` is missing.
    """
    row = _get_for(session, feature_id, Action.ENTITLEMENTS_DECIDE, by)
    if row.state != FeatureState.REQUESTED:
        raise FeatureError("It is decided already.")
    if not is_granted:
        _step(session, row, FeatureState.ENDED, _check_why(why), by=by, now=now)
        return
    _check_rests(session, row)
    row.active_from = now
    _step(session, row, FeatureState.ACTIVE, why.strip() or None, by=by, now=now)


@acts(Action.ENTITLEMENTS_DECIDE)
def suspend_feature(
    session: Session, *, feature_id: int, why: str, by: Actor, now: datetime
) -> None:
    """Suspend a feature, and what rests on it.

    Raises:
        FeatureError: it is not in use, or `why` is missing.
    """
    row = _get_for(session, feature_id, Action.ENTITLEMENTS_DECIDE, by)
    _step(session, row, FeatureState.SUSPENDED, _check_why(why), by=by, now=now)
    _follow(session, row, by=by, now=now)


@acts(Action.ENTITLEMENTS_DECIDE)
def resume_feature(
    session: Session, *, feature_id: int, why: str, by: Actor, now: datetime
) -> None:
    """Let a suspended feature be in use again, and what was suspended with it.

    Raises:
        FeatureError: it is not suspended, or what it rests on is not in use.
    """
    row = _get_for(session, feature_id, Action.ENTITLEMENTS_DECIDE, by)
    if row.state != FeatureState.SUSPENDED:
        raise FeatureError("It is not suspended.")
    _check_rests(session, row)
    row.cause = None
    _step(session, row, FeatureState.ACTIVE, why.strip() or None, by=by, now=now)
    for one in _hold(session, row.organisation).values():
        if one.cause == row.feature and one.state == FeatureState.SUSPENDED:
            one.cause = None
            _step(session, one, FeatureState.ACTIVE, why.strip() or None, by=by, now=now)


@acts(Action.ENTITLEMENTS_ASK)
def end_feature(session: Session, *, feature_id: int, why: str, by: Actor, now: datetime) -> None:
    """End a feature, and what rests on it.

    Raises:
        FeatureError: it has ended, or `why` is missing.
    """
    row = _get_for(session, feature_id, Action.ENTITLEMENTS_ASK, by)
    _step(session, row, FeatureState.ENDED, _check_why(why), by=by, now=now)
    _follow(session, row, by=by, now=now)


def get_states(session: Session, organisation: str) -> dict[OrgFeature, FeatureState]:
    """Where each feature of an organisation stands that has not ended."""
    return {
        feature: FeatureState(row.state) for feature, row in _hold(session, organisation).items()
    }


def note_feature(
    session: Session, row: OrganisationFeature, before: str | None, *, by: Actor, now: datetime
) -> None:
    """Audit where a feature of an organisation stands now."""
    session.flush()
    record(
        session,
        action=f"entitlements.{row.state}",
        kind="feature",
        key=f"{row.organisation} {row.feature}",
        organisation=row.organisation,
        changes={"state": (before, row.state), "why": (None, row.state_why)},
        by=by.reference,
        now=now,
    )


def _check_new(session: Session, code: str, feature: OrgFeature, evidence: str) -> None:
    try:
        check_organisation(session, code)
    except AccountError as error:
        raise FeatureError(str(error), field="organisation") from None
    if (fault := find_reason_fault(evidence)) is not None:
        raise FeatureError(fault, field="evidence")
    states = get_states(session, code)
    if feature in states:
        words = f"{code} has it already, or asked for it: it is {states[feature]}."
        raise FeatureError(words, field="feature")
    if (fault := find_feature_fault(feature, states)) is not None:
        raise FeatureError(fault, field="feature")


def _hold(session: Session, organisation: str) -> dict[OrgFeature, OrganisationFeature]:
    rows = session.scalars(
        select(OrganisationFeature)
        .where(
            OrganisationFeature.organisation == organisation,
            OrganisationFeature.state != FeatureState.ENDED,
        )
        .order_by(OrganisationFeature.feature_id)
    )
    return {OrgFeature(row.feature): row for row in rows}


def _get_for(session: Session, feature_id: int, action: Action, by: Actor) -> OrganisationFeature:
    row = session.get(OrganisationFeature, feature_id, with_for_update=True)
    if row is None:
        raise FeatureError("There is no such feature.")
    above = get_above(session, organisation=row.organisation)
    ensure(by, action, Target("feature", str(feature_id), row.organisation, above))
    return row


def _check_why(why: str) -> str:
    if (fault := find_reason_fault(why.strip())) is not None:
        raise FeatureError(fault, field="why")
    return why.strip()


def _check_rests(session: Session, row: OrganisationFeature) -> None:
    states = get_states(session, row.organisation)
    if (fault := find_feature_fault(OrgFeature(row.feature), states)) is not None:
        raise FeatureError(fault)


def _follow(session: Session, row: OrganisationFeature, *, by: Actor, now: datetime) -> None:
    """What rests on a feature goes with it, and says why."""
    feature, wanted = OrgFeature(row.feature), FeatureState(row.state)
    held = _hold(session, row.organisation)
    for one in (held[name] for name in list_dependants(feature) if name in held):
        state = follow(FeatureState(one.state), wanted)
        if state is not None:
            if state is FeatureState.SUSPENDED:
                one.cause = feature
            why = f"It needs {FEATURE_WORDS[feature].lower()}, which is {wanted}"
            _step(session, one, state, why, by=by, now=now)


def _step(
    session: Session,
    row: OrganisationFeature,
    wanted: FeatureState,
    why: str | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    before = FeatureState(row.state)
    if (fault := find_step_fault(before, wanted)) is not None:
        raise FeatureError(fault)
    row.state, row.state_since, row.state_by, row.state_why = wanted, now, by.reference, why
    note_feature(session, row, before, by=by, now=now)
