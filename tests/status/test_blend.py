"""Probes make a component, components make the page; unmeasured is never green."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamppost.status.blend import component_state, lift, page_sentence, page_state
from lamppost.status.report import State

W, D, P, X, M, U = (
    State.OPERATIONAL,  # working
    State.DEGRADED,
    State.PARTIAL,
    State.OUTAGE,
    State.MAINTENANCE,
    State.UNKNOWN,
)


@pytest.mark.parametrize(
    ("probes", "state"),
    [
        ([], U),
        ([U], U),
        ([W], W),
        ([X], X),
        ([X, X], X),
        ([X, W], P),
        ([X, D], P),
        ([X, U], P),
        ([D, W], D),
        ([D, U], D),
        ([W, U], U),
        ([W, W], W),
    ],
)
def test_a_component_stands_as_its_probes_make_it(probes: list[State], state: State) -> None:
    assert component_state(probes) is state


@pytest.mark.parametrize(("measured", "shown"), [(W, M), (D, D), (X, X), (U, U)])
def test_maintenance_replaces_only_what_is_well(measured: State, shown: State) -> None:
    assert component_state([measured], is_maintained=True) is shown


@pytest.mark.parametrize(
    ("components", "lifts", "state", "sentence"),
    [
        ([], [], U, "Nothing is being measured at the moment."),
        ([U, U], [], U, "Nothing is being measured at the moment."),
        ([W, W], [], W, "All parts of the service are working."),
        ([W, U], [], U, "Some parts are not being measured."),
        ([W, M], [], M, "1 of 2 parts is under planned maintenance."),
        ([W, D, M], [], D, "1 of 3 parts is working less well than usual."),
        ([W, D, P], [], P, "1 of 3 parts is partly not working."),
        ([X, P, X], [], X, "2 of 3 parts are not working."),
        ([X, X], [], X, "All parts of the service are not working."),
        ([X, U], [], X, "1 of 2 parts is not working. Some parts are not being measured."),
        ([W, W], [D], D, "There is an open High Severity Service Incident."),
    ],
)
def test_the_page_is_its_worst_part(
    components: list[State], lifts: list[State], state: State, sentence: str
) -> None:
    assert page_state(components, lifts) is state
    assert page_sentence(components, lifts) == sentence


def test_severity_1_lifts_to_partial_and_others_to_degraded() -> None:
    assert [lift(severity) for severity in (1, 2, 3)] == [P, D, D]


@given(st.lists(st.sampled_from(State), max_size=8))
def test_nothing_unmeasured_is_ever_called_operational(states: list[State]) -> None:
    if U in states:
        assert component_state(states) is not W
        assert page_state(states) is not W
