"""`lamppost probes list`, `run` and `replay`."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from lamppost.cli.context import (
    EXIT_USAGE,
    json_option,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings
from lamppost.status.actions import sync_definitions
from lamppost.status.policy import DEFAULT_POLICY
from lamppost.status.policy_file import PolicyFileError, load_policy
from lamppost.status.replay import Difference, Replayed
from lamppost.status.replay import replay as replay_readings
from lamppost.status.report import State
from lamppost.status.running import run_probe
from lamppost.wording import say_count, say_duration, say_moment
from probes.definitions import DefinitionError, Definitions, load_definitions
from probes.reading import Reading, Result


@click.group()
def command() -> None:
    """The probes of probes.toml."""


@command.command(name="list")
@json_option
def list_command(*, as_json: bool) -> None:
    """Every probe with its kind, component and interval."""
    probes = _definitions(settings_or_stop()).probes
    if as_json:
        print_json([probe.model_dump(exclude={"target"}) for probe in probes])
        return
    for probe in probes:
        about = probe.component or "-"
        click.echo(f"{probe.name:<28} {probe.kind:<13} {about:<28} every {probe.interval_s:g} s")


@command.command()
@click.argument("name")
@json_option
def run(name: str, *, as_json: bool) -> None:
    """Run a probe once, print its reading and store it."""
    settings = settings_or_stop()
    definitions = _definitions(settings)
    probe = next((one for one in definitions.probes if one.name == name), None)
    if probe is None:
        known = ", ".join(one.name for one in definitions.probes)
        click.echo(f"No probe is called {name}; there are {known}.", err=True)
        raise SystemExit(EXIT_USAGE)
    clock = SystemClock()
    with ready_engine(settings) as engine:
        with unit_of_work(engine) as session:
            sync_definitions(session, definitions=definitions, now=clock.now())
        result = run_probe(engine, probe, clock)
    _print_result(result, as_json=as_json)


def _print_result(result: Result, *, as_json: bool) -> None:
    if as_json:
        readings = [asdict(reading) for reading in result.readings]
        print_json({"readings": readings, "records": len(result.records)})
        return
    for reading in result.readings:
        click.echo(_say_reading(reading))
    if result.records:
        click.echo(f"{say_count(len(result.records), 'record')} read.")


def _say_reading(reading: Reading) -> str:
    value = "" if reading.value is None else f" {reading.value:.3f} {reading.unit or ''}"
    detail = "".join(f" {key}={value}" for key, value in reading.detail.items())
    return f"{reading.probe} {reading.taken_at.isoformat()} {reading.outcome.value}{value}{detail}"


@command.command()
@click.option(
    "--policy",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with the policy's fields.",
)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3660))
@json_option
def replay(file: Path, days: int, *, as_json: bool) -> None:
    """Derive states again from stored readings under another policy; nothing is changed."""
    try:
        policy = load_policy(file)
    except PolicyFileError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None
    since = SystemClock().now() - timedelta(days=days)
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        differences = replay_readings(session, before=DEFAULT_POLICY, after=policy, since=since)
    if as_json:
        print_json([{**asdict(one), "is_same": one.is_same} for one in differences])
        return
    click.echo(
        f"Policy {DEFAULT_POLICY.version} against {policy.version}, since {say_moment(since)}."
    )
    for difference in differences:
        for line in _say_difference(difference):
            click.echo(line)


def _say_difference(one: Difference) -> list[str]:
    head = f"{one.probe}: {say_count(one.readings, 'reading')}"
    if one.is_same:
        return [f"{head}, no difference."]
    lines = [f"{head}.", f"  before: {_say(one.before)}", f"  after:  {_say(one.after)}"]
    for sign, mine, other in (("-", one.before, one.after), ("+", one.after, one.before)):
        lines += [
            f"  {sign} outage from {say_moment(begin)} to {say_moment(end)}"
            for begin, end in mine.outages
            if (begin, end) not in other.outages
        ]
    return lines


def _say(replayed: Replayed) -> str:
    lengths: dict[str, Any] = {
        state.value: say_duration(timedelta(seconds=replayed.seconds[state]))
        for state in State
        if replayed.seconds.get(state)
    }
    spent = ", ".join(f"{name} {length}" for name, length in lengths.items())
    outages = say_count(len(replayed.outages), "outage")
    return f"{outages}; {spent or 'nothing measured'}; now {replayed.state.value}"


def _definitions(settings: Settings) -> Definitions:
    try:
        return load_definitions(settings.probe_definitions(), settings.probe_variables())
    except DefinitionError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None
