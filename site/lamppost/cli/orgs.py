"""`lamppost orgs import`; `lamppost orgs closed`, which is `lamppost closures list`."""

from dataclasses import asdict
from pathlib import Path

import click

from lamppost.cli.closures import list_command
from lamppost.cli.context import (
    EXIT_FINDINGS,
    json_option,
    open_engine,
    print_json,
    settings_or_stop,
)
from lamppost.clock import SystemClock
from lamppost.database import unit_of_work
from postmaster.access.actors import operator
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


command.add_command(list_command, name="closed")
