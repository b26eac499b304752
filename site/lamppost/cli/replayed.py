"""What replaying readings under another policy showed, in lines and as a document."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from lamppost.status.policy import ProbePolicy
from lamppost.status.replay import Comparison, ComponentDifference, Difference, Replayed, Shown
from lamppost.status.report import State
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.rules import say_percentage
from lamppost.wording import say_count, say_duration, say_moment


def replay_document(
    before: ProbePolicy, after: ProbePolicy, since: datetime, compared: Comparison
) -> dict[str, Any]:
    """All of it, for JSON; percentages in thousandths of a per cent."""
    return {
        "before": asdict(before),
        "after": asdict(after),
        "since": since,
        "formula": FORMULA.words,
        "components": [{**asdict(one), "is_same": one.is_same} for one in compared.components],
        "probes": [{**asdict(one), "is_same": one.is_same} for one in compared.probes],
    }


def say_replay(
    before: ProbePolicy, after: ProbePolicy, since: datetime, compared: Comparison
) -> Iterator[str]:
    """All of it, in lines: components as their pages would show them, then every probe."""
    yield f"Policy {before.version} against {after.version}, since {say_moment(since)}."
    yield FORMULA.words
    for component in compared.components:
        yield from _say_component(component)
    for probe in compared.probes:
        yield from _say_probe(probe)


def _say_component(one: ComponentDifference) -> Iterator[str]:
    if one.is_same:
        yield f"{one.name}: no difference, {_say_shown(one.before)}."
        return
    yield f"{one.name}:"
    yield f"  before: {_say_shown(one.before)}"
    yield f"  after:  {_say_shown(one.after)}"


def _say_shown(shown: Shown) -> str:
    uptime = shown.uptime
    figures = f"uptime {say_percentage(uptime.all_time)}"
    if uptime.has_excuse:
        figures += f", {say_percentage(uptime.agreed)} without announced maintenance"
    minutes = _in_order(shown.minutes)
    spent = ", ".join(f"{state} {say_count(minutes[state], 'minute')}" for state in minutes)
    return f"{figures}, measured {say_percentage(uptime.coverage)}; {spent or 'nothing measured'}"


def _say_probe(one: Difference) -> Iterator[str]:
    head = f"{one.probe}: {say_count(one.readings, 'reading')}"
    if one.is_same:
        yield f"{head}, no difference."
        return
    yield f"{head}."
    yield f"  before: {_say_replayed(one.before)}"
    yield f"  after:  {_say_replayed(one.after)}"
    for sign, mine, other in (("-", one.before, one.after), ("+", one.after, one.before)):
        for begin, end in mine.outages:
            if (begin, end) not in other.outages:
                yield f"  {sign} outage from {say_moment(begin)} to {say_moment(end)}"


def _say_replayed(replayed: Replayed) -> str:
    lengths = _in_order(replayed.seconds)
    spent = ", ".join(
        f"{state} {say_duration(timedelta(seconds=lengths[state]))}" for state in lengths
    )
    outages = say_count(len(replayed.outages), "outage")
    return f"{outages}; {spent or 'nothing measured'}; now {replayed.state.value}"


def _in_order(lengths: Mapping[State, int]) -> dict[State, int]:
    return {state: lengths[state] for state in State if lengths.get(state)}
