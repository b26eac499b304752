"""What several states amount to: probes to a component, components to the page. Pure.

A component, from its probes (first line that fits):

| Its probes                                 | It is       |
|--------------------------------------------|-------------|
| none, or none with a fresh reading          | unknown     |
| all down                                    | outage      |
| some down                                   | partial     |
| any slow                                    | degraded    |
| any without a fresh reading                 | unknown     |
| all operational, under a change with impact | maintenance |
| all operational                             | operational |

An open HSSI lifts its components: severity 1 to at least partial, any other to at least degraded.
It never makes anything look better, and only the log ends it.

The page is its worst component by outage > partial > degraded > maintenance > operational, lifted
by open HSSIs that name no component. Unknown is grey: it hides nothing worse, and where all the
rest is operational the page itself is unknown, because nobody may call unmeasured things green.
"""

from collections.abc import Iterable, Sequence

from lamppost.status.report import State
from lamppost.wording import say_count

# From best to worst. Unknown is neither; a lift replaces it.
ORDER = (
    State.UNKNOWN,
    State.OPERATIONAL,
    State.MAINTENANCE,
    State.DEGRADED,
    State.PARTIAL,
    State.OUTAGE,
)
_RANK = {state: rank for rank, state in enumerate(ORDER)}
_LINES = {
    State.OUTAGE: "not working",
    State.PARTIAL: "partly not working",
    State.DEGRADED: "working less well than usual",
    State.MAINTENANCE: "under planned maintenance",
}


def worst(states: Iterable[State]) -> State:
    """The worst of them; unknown when there are none, or nothing is known of any."""
    return max(states, key=_RANK.__getitem__, default=State.UNKNOWN)


def component_state(probes: Sequence[State], *, is_maintained: bool = False) -> State:
    """A component's state from those of its probes, stale ones already unknown."""
    known = [state for state in probes if state is not State.UNKNOWN]
    if not known:
        return State.UNKNOWN
    down = sum(state is State.OUTAGE for state in known)
    if down:
        return State.OUTAGE if down == len(probes) else State.PARTIAL
    if State.DEGRADED in known:
        return State.DEGRADED
    if len(known) < len(probes):
        return State.UNKNOWN
    return State.MAINTENANCE if is_maintained else State.OPERATIONAL


def lift(severity: int) -> State:
    """The least a component may be shown as while such an HSSI is open on it."""
    return State.PARTIAL if severity <= 1 else State.DEGRADED


def page_state(components: Sequence[State], lifts: Sequence[State] = ()) -> State:
    """The state of the whole page."""
    state = worst((*components, *lifts))
    if state is State.OPERATIONAL and State.UNKNOWN in components:
        return State.UNKNOWN
    return state


def page_sentence(components: Sequence[State], lifts: Sequence[State] = ()) -> str:
    """The state of the whole page in words."""
    state = page_state(components, lifts)
    unknown = sum(one is State.UNKNOWN for one in components)
    if state is State.UNKNOWN:
        return (
            "Some parts are not being measured."
            if unknown < len(components)
            else "Nothing is being measured at the moment."
        )
    said = _said(state, components)
    return f"{said} Some parts are not being measured." if unknown else said


def _said(state: State, components: Sequence[State]) -> str:
    if state is State.OPERATIONAL:
        return "All parts of the service are working."
    count = sum(one is state for one in components)
    if not count:
        return "There is an open High Severity Service Incident."
    if count == len(components):
        return f"All parts of the service are {_LINES[state]}."
    verb = "is" if count == 1 else "are"
    parts = say_count(len(components), "part")
    return f"{count} of {parts} {verb} {_LINES[state]}."
