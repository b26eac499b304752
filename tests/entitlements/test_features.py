"""Features of organisations: what rests on what, who decides, and what a successor has."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from estate import BY
from lamppost.database import read_only, unit_of_work
from lists import NOW, TENANT, Lists, local
from postmaster.access.acting import RefusedError
from postmaster.entitlements.feature_reads import get_feature, list_tasks
from postmaster.entitlements.feature_rules import (
    NEXT,
    FeatureError,
    FeatureState,
    OrgFeature,
    find_feature_fault,
    find_step_fault,
    follow,
    inherit,
)
from postmaster.entitlements.features import (
    ask_feature,
    decide_feature,
    end_feature,
    get_states,
    resume_feature,
    suspend_feature,
)
from postmaster.entitlements.inheriting import settle_features
from postmaster.entitlements.tables import OrganisationFeature

R, A, S, E = FeatureState
IM_P, FILES, CONF, RECORDING = OrgFeature
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("feature", "states", "can"),
    [
        (RECORDING, {}, False),
        (RECORDING, {CONF: R}, False),
        (RECORDING, {CONF: S}, False),
        (RECORDING, {CONF: A}, True),
        (FILES, {CONF: A}, False),
        (FILES, {IM_P: A}, True),
        (IM_P, {}, True),
        (CONF, {}, True),
    ],
)
def test_recording_needs_conferencing_and_file_sharing_needs_messaging_in_use(
    feature: OrgFeature, states: dict[OrgFeature, FeatureState], *, can: bool
) -> None:
    assert (find_feature_fault(feature, states) is None) == can


@pytest.mark.parametrize(
    ("state", "wanted", "becomes"),
    [(A, S, S), (R, S, None), (S, S, None), (A, E, E), (S, E, E), (R, E, E), (E, E, None),
     (A, A, None)],
)  # fmt: skip
def test_what_rests_on_a_feature_follows_it(
    state: FeatureState, wanted: FeatureState, becomes: FeatureState | None
) -> None:
    assert follow(state, wanted) is becomes


@pytest.mark.parametrize(
    ("feature", "theirs", "ours", "has"),
    [
        (IM_P, A, None, A), (IM_P, A, R, A), (IM_P, A, A, None), (IM_P, A, S, None),
        (IM_P, S, None, R), (FILES, A, None, A), (CONF, A, None, R), (CONF, A, R, None),
        (RECORDING, A, A, None), (RECORDING, E, None, None), (CONF, R, None, R),
    ],
)  # fmt: skip
def test_a_successor_has_what_belongs_to_the_service_and_asks_for_the_rest(
    feature: OrgFeature, theirs: FeatureState, ours: FeatureState | None, has: FeatureState | None
) -> None:
    assert inherit(feature, theirs, ours) is has


def test_each_state_is_followed_by_the_next_ones_alone() -> None:
    for before in FeatureState:
        for after in FeatureState:
            assert (find_step_fault(before, after) is None) == (after in NEXT[before])


def ask(lists: Lists, feature: OrgFeature, organisation: str = "RX1") -> int:
    with unit_of_work(lists.engine) as session:
        return ask_feature(
            session, organisation=organisation, feature=feature, evidence="Ticket 7",
            by=local(organisation), now=NOW,
        )  # fmt: skip


def activate(lists: Lists, feature: OrgFeature, organisation: str = "RX1") -> int:
    number = ask(lists, feature, organisation)
    with unit_of_work(lists.engine) as session:
        decide_feature(session, feature_id=number, is_granted=True, why="", by=TENANT, now=NOW)
    return number


def states(lists: Lists, organisation: str = "RX1") -> dict[OrgFeature, FeatureState]:
    with read_only(lists.engine) as session:
        return get_states(session, organisation)


def test_a_feature_is_asked_for_decided_suspended_resumed_and_ended_with_its_dependants(
    lists: Lists,
) -> None:
    with pytest.raises(FeatureError, match="needs audio and video conferencing in use"):
        ask(lists, RECORDING)
    conf = activate(lists, CONF)
    with pytest.raises(FeatureError, match="has it already"):
        ask(lists, CONF)
    activate(lists, RECORDING)
    with unit_of_work(lists.engine) as session, pytest.raises(RefusedError):
        suspend_feature(session, feature_id=conf, why="Bill", by=local("RX1"), now=NOW)
    with unit_of_work(lists.engine) as session:
        suspend_feature(session, feature_id=conf, why="Bill", by=TENANT, now=NOW)
    assert states(lists) == {CONF: S, RECORDING: S}
    with unit_of_work(lists.engine) as session:
        resume_feature(session, feature_id=conf, why="", by=TENANT, now=NOW)
    assert states(lists) == {CONF: A, RECORDING: A}
    with unit_of_work(lists.engine) as session, pytest.raises(FeatureError, match="Say why"):
        end_feature(session, feature_id=conf, why="", by=local("RX1"), now=NOW)
    with unit_of_work(lists.engine) as session:
        end_feature(session, feature_id=conf, why="Over", by=local("RX1"), now=LATER)
    assert states(lists) == {}
    with read_only(lists.engine) as session:
        why = session.scalars(
            select(OrganisationFeature.state_why).order_by(OrganisationFeature.feature_id)
        ).all()
        assert why == ["Over", "It needs audio and video conferencing, which is ended"]
        assert get_feature(session, reader=local("RX2"), feature_id=conf) is None


def test_a_request_waits_for_the_tenant_and_a_refusal_says_why(lists: Lists) -> None:
    number = ask(lists, IM_P)
    with read_only(lists.engine) as session:
        (task,) = list_tasks(session, reader=TENANT, now=NOW)
        assert list_tasks(session, reader=local("RX1"), now=NOW) == ()
    assert task.words == "1 feature was asked for and waits for you"
    with unit_of_work(lists.engine) as session, pytest.raises(FeatureError, match="Say why"):
        decide_feature(session, feature_id=number, is_granted=False, why=" ", by=TENANT, now=NOW)
    with unit_of_work(lists.engine) as session:
        decide_feature(session, feature_id=number, is_granted=False, why="No", by=TENANT, now=NOW)
    with unit_of_work(lists.engine) as session, pytest.raises(FeatureError, match="already"):
        decide_feature(session, feature_id=number, is_granted=True, why="", by=TENANT, now=NOW)
    with pytest.raises(RefusedError), unit_of_work(lists.engine) as session:
        ask_feature(
            session, organisation="RX2", feature=IM_P, evidence="x", by=local("RX1"), now=NOW
        )


def test_what_organisations_had_is_computed_anew_for_their_successor(lists: Lists) -> None:
    for code in ("A81001", "A81002"):
        activate(lists, IM_P, code)
    activate(lists, FILES, "A81001")
    activate(lists, CONF, "A81002")
    activate(lists, RECORDING, "A81002")
    with unit_of_work(lists.engine) as session:
        counts = [
            settle_features(session, organisation=code, successor="A81003", by=BY, now=LATER)
            for code in ("A81001", "A81002")
        ]
    assert counts == [2, 3]
    assert states(lists, "A81003") == {IM_P: A, FILES: A, CONF: R, RECORDING: R}
    assert states(lists, "A81001") == states(lists, "A81002") == {}
