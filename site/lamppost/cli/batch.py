"""`lamppost lifecycle batch …`: what one person may do alone; approvals are given in the panels."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.progress import show_progress
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings
from lamppost.worker.lifecycle import keep_at, notify, work
from postmaster.access.actors import Actor, operator
from postmaster.days import say_day
from postmaster.lifecycle.actions import draft_batch, freeze_batch
from postmaster.lifecycle.batch_reads import BatchPage, get_batch
from postmaster.lifecycle.batches import BatchError, BatchStatus
from postmaster.lifecycle.noticing import begin_notices
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.running import ChunkResult, begin_run, pause_run
from postmaster.lifecycle.undoing import ask_undo
from postmaster.organisations.rules import fold_code

DAY = click.DateTime(["%Y-%m-%d"])
number_argument = click.argument("batch_id", type=int)


@click.group(name="batch")
def batch_command() -> None:
    """Batches: many accounts at once, with proof."""


@batch_command.command()
@click.option("--reason", type=click.Choice([reason.value for reason in LEADS_TO]), required=True)
@click.option("--title", required=True, help="What people read in lists.")
@click.option("--run-on", type=DAY, required=True, help="The earliest day anything is done.")
@click.option("--before", type=DAY, help="Only accounts whose state began before this day.")
@click.option("--org", "organisation", help="Only this organisation, by its ODS code.")
def create(
    *, reason: str, title: str, run_on: datetime, before: datetime | None, organisation: str | None
) -> None:
    """Draft a batch; prints its number."""
    with _acting() as (engine, _), unit_of_work(engine) as session:
        batch_id = draft_batch(
            session,
            reason=Reason(reason),
            title=title,
            run_on=run_on.date(),
            cut_off=None if before is None else before.date(),
            organisation=None if organisation is None else fold_code(organisation),
            by=_by("create"),
            now=SystemClock().now(),
        )
    click.echo(f"Batch {batch_id} is a draft. Next: lamppost lifecycle batch freeze {batch_id}")


@batch_command.command()
@number_argument
@click.option("--yes", is_flag=True, help="Freeze; without it only what would be said is.")
def freeze(*, batch_id: int, yes: bool) -> None:
    """Choose the members once and for all; a second person approves them in a panel."""
    with _acting() as (engine, _), unit_of_work(engine) as session:
        count = freeze_batch(session, batch_id=batch_id, by=_by("freeze"), now=SystemClock().now())
        if not yes:
            session.rollback()
            click.echo(f"Batch {batch_id} would have {count:,} members. Add --yes to freeze it.")
            return
    click.echo(f"Batch {batch_id} has {count:,} members and waits for approval in the panels.")


@batch_command.command(name="notify")
@number_argument
def notify_command(*, batch_id: int) -> None:
    """Owe a notice to every member of an approved batch."""
    clock, by = SystemClock(), _by("notify")
    with _acting() as (engine, settings):
        page = _get(engine, batch_id)
        if page.row.status != BatchStatus.NOTICING:
            with unit_of_work(engine) as session:
                begin_notices(session, batch_id=batch_id, by=by, now=clock.now())
        with show_progress(page.total, "Notices") as tell:
            left = [page.total]

            def on_left(now_left: int) -> None:
                tell(left[0] - now_left)
                left[0] = now_left

            notify(engine, batch_id, keep_at=keep_at(settings), by=by, clock=clock, on_left=on_left)
    click.echo(f"Every notice of batch {batch_id} is owed.")


@batch_command.command()
@number_argument
@click.option("--yes", is_flag=True, help="Run; without it only what would be done is said.")
def run(*, batch_id: int, yes: bool) -> None:
    """Run the members whose notice has run its days; goes on where it stopped."""
    clock, by = SystemClock(), _by("run")
    with _acting() as (engine, _):
        with unit_of_work(engine) as session:
            begin_run(session, batch_id=batch_id, by=by, now=clock.now())
            if not yes:
                session.rollback()
                click.echo(f"Batch {batch_id} is ready to run. Add --yes to run it.")
                return
        page = _get(engine, batch_id)
        with show_progress(page.total - page.settled, "Accounts") as tell:

            def on_chunk(result: ChunkResult) -> None:
                tell(result.done + result.dropped)

            work(engine, batch_id, BatchStatus.RUNNING, by=by, clock=clock, on_chunk=on_chunk)
        _print(_get(engine, batch_id))


@batch_command.command()
@number_argument
@click.option("--why", default="", help="Kept with the batch.")
def pause(*, batch_id: int, why: str) -> None:
    """Stop a run after the chunk it is in."""
    with _acting() as (engine, _), unit_of_work(engine) as session:
        pause_run(session, batch_id=batch_id, why=why, by=_by("pause"), now=SystemClock().now())
    click.echo(f"Batch {batch_id} is paused.")


@batch_command.command()
@number_argument
@click.option("--why", required=True, help="Why the batch is taken back.")
def undo(*, batch_id: int, why: str) -> None:
    """Ask for a batch to be taken back; somebody else approves it in a panel."""
    with _acting() as (engine, _), unit_of_work(engine) as session:
        ask_undo(session, batch_id=batch_id, why=why, by=_by("undo"), now=SystemClock().now())
    click.echo(f"Asked for. Batch {batch_id} is taken back once somebody approves it in a panel.")


@batch_command.command()
@number_argument
@json_option
def show(*, batch_id: int, as_json: bool) -> None:
    """Print where a batch stands."""
    with _acting() as (engine, _):
        page = _get(engine, batch_id)
    if as_json:
        print_json(_document(page))
    else:
        _print(page)


@contextmanager
def _acting() -> Iterator[tuple[Engine, Settings]]:
    """The engine and the settings; what a batch refuses is said, and exit 2."""
    settings = settings_or_stop()
    with ready_engine(settings) as engine:
        try:
            yield engine, settings
        except BatchError as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_USAGE) from None


def _get(engine: Engine, batch_id: int) -> BatchPage:
    with read_only(engine) as session:
        page = _read(session, batch_id)
        session.expunge_all()
    return page


def _read(session: Session, batch_id: int) -> BatchPage:
    page = get_batch(session, reader=_by("show"), batch_id=batch_id)
    if page is None:
        raise BatchError(f"There is no batch {batch_id}.")
    return page


def _by(verb: str) -> Actor:
    return operator(f"lifecycle batch {verb}")


def _document(page: BatchPage) -> dict[str, object]:
    row = page.row
    columns = ("batch_id", "title", "reason", "status", "run_on", "cut_off", "frozen_hash")
    return {name: getattr(row, name) for name in columns} | {
        "members": page.total,
        "states": {state.value: count for state, count in page.states.items()},
        "dropped": dict(page.drops),
        "first_ready": page.first_ready,
        "undo_until": row.undo_until,
    }


def _print(page: BatchPage) -> None:
    row = page.row
    click.echo(f"Batch {row.batch_id}: {row.title}")
    click.echo(f"  {row.status}, {row.reason}, from {say_day(row.run_on)}")
    for state, count in page.states.items():
        if count:
            click.echo(f"  {state.value:<14} {count:>10,}")
    for why, count in page.drops:
        click.echo(f"    left, {why:<20} {count:>10,}")
    if page.first_ready is not None:
        click.echo(f"  The first notice has run its days on {say_day(page.first_ready)}.")
    if row.undo_until is not None:
        click.echo(f"  It can be taken back until {say_day(row.undo_until)}.")
