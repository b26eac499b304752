"""`lamppost policy list` and `policy on DATE`: the dated numbers and their source."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import click

from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.database import read_only
from postmaster.policy.numbers import DatedNumber
from postmaster.policy.reads import get_policy, list_numbers
from postmaster.policy.rules import UnknownDayError


@click.group()
def command() -> None:
    """The dated numbers of the service's policies."""


@command.command(name="list")
@json_option
def list_command(*, as_json: bool) -> None:
    """Every number with the days it began to hold, and where each stands."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        numbers = list_numbers(session)
    if as_json:
        print_json([asdict(number) for number in numbers])
    else:
        _print(numbers)


@command.command(name="on")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@json_option
def on_command(day: datetime, *, as_json: bool) -> None:
    """What held on a day (in London), such as 2018-04-09."""
    asked: date = day.date()
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        try:
            policy = get_policy(session, on=asked)
        except UnknownDayError as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_USAGE) from None
    numbers = list(policy.numbers.values())
    if as_json:
        print_json(
            {
                "on": asked,
                "version": policy.version,
                "numbers": [asdict(number) for number in numbers],
            }
        )
    else:
        click.echo(f"On {asked.isoformat()}: {policy.version}")
        _print(numbers)


def _print(numbers: Sequence[DatedNumber]) -> None:
    for number in numbers:
        assumed = " (assumed)" if number.is_assumed else ""
        click.echo(
            f"{number.key:38} {number.value:>6}  from {number.holds_from.isoformat()}{assumed}"
            f"  {number.source}"
        )
