"""`lamppost orgs import`; `lamppost orgs closed`."""

from dataclasses import asdict
from pathlib import Path

import click

from lamppost.cli.context import (
    EXIT_FINDINGS,
    json_option,
    open_engine,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.wording import say_count
from postmaster.access.actors import operator
from postmaster.closures.report import list_closed
from postmaster.days import london_day
from postmaster.organisations.importing import apply_import, plan_import

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Organisations by their ODS codes."""


@command.command(name="import")
@click.argument("file", type=_FILE)
@click.option("--yes", "is_sure", is_flag=True, help="Do it; without this, say what would be done.")
@json_option
def import_command(file: Path, *, is_sure: bool, as_json: bool) -> None:
    """Bring the organisations of a CSV file in, all of them or none; exit 1 with findings."""
    content, now = file.read_bytes(), SystemClock().now()
    with unit_of_work(open_engine(settings_or_stop())) as session:
        plan = plan_import(session, content=content, now=now)
        written = 0
        if is_sure:
            written = apply_import(session, plan=plan, by=operator("orgs import"), now=now)
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "closed": len(plan.closed),
        "unchanged": plan.unchanged,
        "written": written,
    }
    if as_json:
        print_json({**counts, "findings": [asdict(one) for one in plan.findings]})
    elif not plan.findings:
        done = "" if is_sure else " Nothing is written yet; add --yes."
        words = ", ".join(f"{count:,} {word}" for word, count in counts.items())
        click.echo(f"{words}.{done}")
    if plan.findings:
        if not as_json:
            for one in plan.findings:
                click.echo(f"{file}:{one.line}: {one.message}")
        raise SystemExit(EXIT_FINDINGS)


@command.command()
@click.option("--orphans", is_flag=True, help="Only those nobody but the tenant looks after.")
@json_option
def closed(*, orphans: bool, as_json: bool) -> None:
    """Print the accounts left in closed organisations, by organisation and age."""
    today = london_day(SystemClock().now())
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        rows = list_closed(session, reader=operator("orgs closed"), today=today, orphans=orphans)
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
    else:
        for row in rows:
            click.echo(
                f"{row.ods_code:<12} {row.state:<14} {row.since.isoformat()}  {row.band:<18}"
                f"{row.undecided:>7,} of {row.accounts:>7,}  {row.name}"
            )
        click.echo(f"{say_count(undecided, 'account')} in closed organisations need an outcome.")
