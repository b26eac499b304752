"""`lamppost closures …`: what closed organisations still have, and what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.cli.closure_words import (
    document_of,
    print_plan,
    print_preview,
    print_worklist,
    read_worklist,
    stop_unless_settled,
)
from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.progress import show_progress
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.wording import say_count
from lamppost.worker.closures import carry_outcome
from postmaster.access.actors import Actor, operator
from postmaster.accounts.rules import Kind, fold_address
from postmaster.accounts.tables import Account
from postmaster.closures.actions import decide_outcome, make_choice, take_back
from postmaster.closures.reads import PlanPage, get_plan, preview_choice
from postmaster.closures.report import list_closed
from postmaster.closures.roles import settle_roles
from postmaster.closures.rules import ClosureError, Outcome, PlanState
from postmaster.closures.running import ChunkResult
from postmaster.days import london_day
from postmaster.organisations.rules import fold_code

yes_option = click.option("--yes", is_flag=True, help="Do it; without it only what it would do.")


@click.group()
def command() -> None:
    """Closed organisations, and an outcome for everything they still have."""


@command.command(name="list")
@click.option("--orphans", is_flag=True, help="Only those nobody but the tenant looks after.")
@json_option
def list_command(*, orphans: bool, as_json: bool) -> None:
    """Print the accounts left in closed organisations, by organisation and age."""
    today = london_day(SystemClock().now())
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        rows = list_closed(session, reader=_by("list"), today=today, orphans=orphans)
    undecided = sum(row.undecided for row in rows)
    if as_json:
        print_json(
            {
                "as_of": today,
                "accounts": sum(row.accounts for row in rows),
                "undecided": undecided,
                "organisations": [{**asdict(row), "state": row.state} for row in rows],
            }
        )
        return
    for row in rows:
        click.echo(
            f"{row.ods_code:<12} {row.state:<14} {row.since.isoformat()}  {row.band:<18}"
            f"{row.undecided:>7,} of {row.accounts:>7,}  {row.name}"
        )
    click.echo(f"{say_count(undecided, 'account')} in closed organisations need an outcome.")


@command.command()
@click.argument("ods_code")
@json_option
def show(*, ods_code: str, as_json: bool) -> None:
    """Print the worklist of one: its accounts, its roles, and what was decided so far."""
    with _acting() as engine, read_only(engine) as session:
        page = read_worklist(session, ods_code=fold_code(ods_code), reader=_by("show"))
        if as_json:
            print_json(document_of(page))
        else:
            print_worklist(page)


@command.command()
@click.argument("ods_code")
@click.argument("outcome", type=click.Choice([one.value for one in Outcome]))
@click.option("--to", "target", default="", help="Where a transfer goes, by its ODS code.")
@click.option("--owner", default="", help="Who keeps, by address; otherwise each one's owner.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([one.value for one in Kind]))
@click.option("--account", "addresses", multiple=True, help="Only this one, by its address.")
@yes_option
@json_option
def settle(
    *,
    ods_code: str,
    outcome: str,
    target: str,
    owner: str,
    kinds: tuple[str, ...],
    addresses: tuple[str, ...],
    yes: bool,
    as_json: bool,
) -> None:
    """Decide an outcome for accounts of a closed organisation and do it; exit 1 if it stops."""
    now, by, code = SystemClock().now(), _by("settle"), fold_code(ods_code)
    with _acting() as engine:
        with unit_of_work(engine) as session:
            choice = make_choice(
                session, organisation=code, outcome=Outcome(outcome), target=target, owner=owner,
                kinds=tuple(Kind(kind) for kind in kinds),
                account_ids=_find_accounts(session, code, addresses), by=by,
            )  # fmt: skip
            preview = preview_choice(session, choice=choice)
            plan_id = decide_outcome(session, choice=choice, by=by, now=now) if yes else None
        if plan_id is None:
            print_preview(choice, preview, as_json=as_json)
        else:
            page = _follow(engine, plan_id, PlanState.RUNNING, by)
            print_plan(page, as_json=as_json)
            stop_unless_settled(page)


@command.command()
@click.argument("plan_id", type=int)
@yes_option
@json_option
def undo(*, plan_id: int, yes: bool, as_json: bool) -> None:
    """Put the accounts of an outcome back as they were; those changed since stay."""
    by = _by("undo")
    with _acting() as engine:
        with unit_of_work(engine) as session:
            take_back(session, plan_id=plan_id, by=by, now=SystemClock().now())
            if not yes:
                session.rollback()
        page = _follow(engine, plan_id, PlanState.UNDOING, by) if yes else _get(engine, plan_id)
    print_plan(page, as_json=as_json)
    if yes:
        stop_unless_settled(page)
    elif not as_json:
        click.echo("It can be taken back. Nothing is written yet; add --yes.")


@command.command()
@click.argument("ods_code")
@click.option("--to", "target", help="Hold them for this one, which took over, instead.")
@yes_option
def roles(*, ods_code: str, target: str | None, yes: bool) -> None:
    """End the roles held for a closed organisation, or hold them for who took over."""
    now, code = SystemClock().now(), fold_code(ods_code)
    with _acting() as engine, unit_of_work(engine) as session:
        count = settle_roles(session, organisation=code, target=target, by=_by("roles"), now=now)
        if not yes:
            session.rollback()
    what = "would be settled. Nothing is written yet; add --yes." if not yes else "settled."
    click.echo(f"{say_count(count, 'role')} {what}")


@contextmanager
def _acting() -> Iterator[Engine]:
    """The engine; what an outcome refuses is said, and exit 2."""
    with ready_engine(settings_or_stop()) as engine:
        try:
            yield engine
        except ClosureError as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_USAGE) from None


def _find_accounts(session: Session, code: str, addresses: tuple[str, ...]) -> tuple[int, ...]:
    found = []
    for address in addresses:
        one = select(Account.account_id).where(
            Account.address_key == fold_address(address), Account.organisation == code
        )
        if (account_id := session.scalar(one)) is None:
            raise ClosureError(f"{code} has no account {address}.")
        found.append(account_id)
    return tuple(found)


def _follow(engine: Engine, plan_id: int, state: PlanState, by: Actor) -> PlanPage:
    """Do it to its end; where a worker was quicker, what it did."""
    with show_progress(_get(engine, plan_id).total, "Accounts") as tell:

        def on_chunk(result: ChunkResult) -> None:
            tell(result.done + result.left_out)

        try:
            carry_outcome(engine, plan_id, state, by=by, clock=SystemClock(), on_chunk=on_chunk)
        except ClosureError:
            # Its state says what became of it; anything but the end is told by the exit code.
            return _get(engine, plan_id)
    return _get(engine, plan_id)


def _get(engine: Engine, plan_id: int) -> PlanPage:
    with read_only(engine) as session:
        page = get_plan(session, reader=_by("show"), plan_id=plan_id)
        if page is None:
            raise ClosureError("There is no such outcome.")
        session.expunge_all()
    return page


def _by(verb: str) -> Actor:
    return operator(f"closures {verb}")
