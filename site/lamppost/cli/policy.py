"""`lamppost policy list`, `on DATE` and `diff DATE DATE`: the dated numbers and their source."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import click

from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only
from lamppost.wording import say_count
from postmaster.access.actors import operator
from postmaster.lifecycle.comparing import Comparison, compare_policies
from postmaster.policy.numbers import DatedNumber
from postmaster.policy.reads import get_policy, list_numbers
from postmaster.policy.rules import NumberChange, Policy, UnknownDayError, list_changes


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


@command.command(name="diff")
@click.argument("first", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("second", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--accounts", "moves", is_flag=True, help="Count the accounts that would move, too.")
@json_option
def diff_command(first: datetime, second: datetime, *, moves: bool, as_json: bool) -> None:
    """What changed from one day to another; with --accounts who would move by it if it held now."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        try:
            before, after = (get_policy(session, on=day.date()) for day in (first, second))
        except UnknownDayError as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_USAGE) from None
        found = None
        if moves:
            found = compare_policies(
                session,
                reader=operator("policy diff"),
                before=before,
                after=after,
                as_of=SystemClock().now(),
            )
    changes = list_changes(before, after)
    if as_json:
        print_json(_document(before, after, changes, found))
    else:
        _print_changes(changes, found)


def _document(
    before: Policy, after: Policy, changes: Sequence[NumberChange], found: Comparison | None
) -> dict[str, object]:
    moved: dict[str, object] = {}
    if found is not None:
        moved = {
            "accounts": found.estate,
            "more": found.more,
            "less": found.less,
            "moves": [asdict(move) for move in found.moves],
        }
    return {
        "from": {"on": before.on, "version": before.version},
        "to": {"on": after.on, "version": after.version},
        "changes": [asdict(change) for change in changes],
        **moved,
    }


def _print_changes(changes: Sequence[NumberChange], found: Comparison | None) -> None:
    for change in changes:
        before, after = change.before.value, change.after.value
        click.echo(f"{change.key:38} {before:>6} -> {after:>6}  {change.after.source}")
    if not changes:
        click.echo("No number differs.")
    if found is None:
        return
    click.echo(
        f"Of {say_count(found.estate, 'account')} {found.more:,} more would be due, "
        f"{found.less:,} no longer."
    )
    for move in found.moves:
        sign = "+" if move.is_more else "-"
        where = f"{move.organisation:<12} {move.kind:<11} {move.reason}"
        click.echo(f"{sign}{move.accounts:<9,} {where}")


def _print(numbers: Sequence[DatedNumber]) -> None:
    for number in numbers:
        assumed = " (assumed)" if number.is_assumed else ""
        click.echo(
            f"{number.key:38} {number.value:>6}  from {number.holds_from.isoformat()}{assumed}"
            f"  {number.source}"
        )
