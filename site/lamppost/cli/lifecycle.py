"""`lamppost lifecycle preview`: what is due by a policy at a moment, written nowhere."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

import click
from sqlalchemy.orm import Session

from lamppost.cli.batch import batch_command
from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only
from lamppost.wording import say_count
from postmaster.access.actors import operator
from postmaster.days import london_day, start_of
from postmaster.lifecycle.reads import Preview, Tally, preview
from postmaster.policy.numbers import list_presets
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy, UnknownDayError

PRESETS = [preset.name for preset in list_presets()]


@click.group()
def command() -> None:
    """Who is due to become inactive or to be deleted."""


command.add_command(batch_command)


@command.command(name="preview")
@click.option("--policy", "preset", type=click.Choice(PRESETS), help="Judge by this preset.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of the end of this day in London."
)
@json_option
def preview_command(*, preset: str | None, as_of: datetime | None, as_json: bool) -> None:
    """Print what is due, by organisation, kind and reason, and what stands in the way."""
    moment = SystemClock().now() if as_of is None else end_of(as_of.date())
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        policy = policy_or_stop(session, preset, london_day(moment))
        found = preview(session, reader=operator("lifecycle preview"), policy=policy, as_of=moment)
    if as_json:
        print_json(_document(found))
    else:
        _print(found)


def policy_or_stop(session: Session, preset: str | None, day: date) -> Policy:
    """The policy of a day, or of a preset whenever it held; exit 2 where there is none."""
    on = next((one.holds_from for one in list_presets() if one.name == preset), day)
    try:
        return get_policy(session, on=on)
    except UnknownDayError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None


def end_of(day: date) -> datetime:
    """The last instant of a day in London: the first of the next is over it."""
    return start_of(date.fromordinal(day.toordinal() + 1)) - timedelta(microseconds=1)


def _document(found: Preview) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "policy": found.policy_version,
        "accounts": found.estate,
        "due": found.free,
        "blocked": found.blocked,
        "by_organisation": found.count(lambda tally: tally.organisation),
        "by_kind": found.count(lambda tally: tally.kind),
        "by_reason": found.count(lambda tally: tally.reason),
        "by_age": found.count(lambda tally: tally.band),
        "blocked_by": found.count(lambda tally: tally.blocker, blocked=True),
        "tallies": [asdict(tally) for tally in found.tallies],
    }


def _print(found: Preview) -> None:
    click.echo(f"Policy {found.policy_version}, as of {found.as_of.isoformat()}")
    click.echo(
        f"{say_count(found.estate, 'account')}: {found.free:,} due and free to go, "
        f"{found.blocked:,} due and held back"
    )
    for tally in found.tallies:
        click.echo(_line(tally))


def _line(tally: Tally) -> str:
    held = f"  held back: {tally.blocker}" if tally.blocker else ""
    return (
        f"{tally.organisation:<12} {tally.kind:<11} {tally.reason:<16} {tally.band:<18} "
        f"{tally.accounts:>8,}{held}"
    )
