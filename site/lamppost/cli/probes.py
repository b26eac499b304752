"""`lamppost probes list`, `run` and `replay`."""

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Engine

from lamppost.cli.context import (
    EXIT_USAGE,
    json_option,
    print_json,
    settings_or_stop,
)
from lamppost.cli.replayed import replay_document, say_replay
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings
from lamppost.status.actions import sync_definitions
from lamppost.status.applying import derive_again, put_policy_in_force
from lamppost.status.policies import KnownVersionError, get_policy
from lamppost.status.policy import KEEP_READINGS, ProbePolicy
from lamppost.status.policy_file import PolicyFileError, load_policy
from lamppost.status.replay import replay as replay_readings
from lamppost.status.running import run_probe
from lamppost.wording import say_count
from postmaster.access.actors import operator
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
@click.option("--apply", "is_applied", is_flag=True, help="Then put the policy in force.")
@json_option
def replay(file: Path, days: int, *, is_applied: bool, as_json: bool) -> None:
    """Derive states again from stored readings under another policy, and show what would differ.

    Nothing is changed without --apply, which judges readings by the policy from now on and derives
    the states of all stored readings again.
    """
    try:
        policy = load_policy(file)
    except PolicyFileError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None
    now = SystemClock().now()
    since = now - timedelta(days=days)
    with ready_engine(settings_or_stop()) as engine:
        with read_only(engine) as session:
            held = get_policy(session)
            compared = replay_readings(session, before=held, after=policy, since=since, now=now)
        if as_json:
            print_json(replay_document(held, policy, since, compared))
        else:
            click.echo("\n".join(say_replay(held, policy, since, compared)))
        if is_applied:
            _apply(engine, policy, now)


def _apply(engine: Engine, policy: ProbePolicy, now: datetime) -> None:
    """Put it in force, then take it over what is stored, a probe at a time."""
    try:
        with unit_of_work(engine) as session:
            put_policy_in_force(session, policy=policy, by=operator("probes replay"), now=now)
    except KnownVersionError as error:
        click.echo(f"{error}.", err=True)
        raise SystemExit(EXIT_USAGE) from None
    names = list(derive_again(engine, policy=policy, since=now - KEEP_READINGS, now=now))
    click.echo(
        f"Policy {policy.version} is in force; {say_count(len(names), 'probe')} derived again.",
        err=True,
    )


def _definitions(settings: Settings) -> Definitions:
    try:
        return load_definitions(settings.probe_definitions(), settings.probe_variables())
    except DefinitionError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None
