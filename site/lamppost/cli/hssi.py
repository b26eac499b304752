"""`lamppost hssi import`."""

from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import Engine

from lamppost.cli.context import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    json_option,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import unit_of_work
from lamppost.status.actions import import_hssi_rows
from lamppost.status.hssis.actions import Imported
from lamppost.status.notices import Quarantined
from lamppost.status.reads import list_quarantined
from probes.faults import TargetFailedError
from probes.hssi_file import read_log
from probes.reading import HssiRow, QuarantinedRow


@click.group()
def command() -> None:
    """The log of High Severity Service Incidents."""


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Count, and change nothing.")
@json_option
def import_command(file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take a log in CSV or JSON in: all good rows, bad ones to quarantine (then exit 1)."""
    settings = settings_or_stop()
    source = file.resolve().name
    try:
        rows, quarantined = read_log(file.read_bytes(), source)
    except (OSError, TargetFailedError) as error:
        click.echo(f"{file}: {error}", err=True)
        raise SystemExit(EXIT_USAGE) from None
    with ready_engine(settings) as engine:
        imported, refused = _import(engine, rows, quarantined, source, dry_run=dry_run)
    if as_json:
        print_json({**asdict(imported), "dry_run": dry_run, "rows": [asdict(r) for r in refused]})
    else:
        _print(file, imported, refused, dry_run=dry_run)
    if imported.quarantined:
        raise SystemExit(EXIT_FINDINGS)


def _import(
    engine: Engine,
    rows: list[HssiRow],
    quarantined: list[QuarantinedRow],
    source: str,
    *,
    dry_run: bool,
) -> tuple[Imported, list[Quarantined]]:
    """What was done and what was refused; a dry run does it all and takes it back."""
    with unit_of_work(engine) as session:
        imported = import_hssi_rows(
            session, rows=rows, source=source, now=SystemClock().now(), quarantined=quarantined
        )
        refused = list(list_quarantined(session, source=source))
        if dry_run:
            session.rollback()
    return imported, refused


def _print(file: Path, imported: Imported, refused: list[Quarantined], *, dry_run: bool) -> None:
    for row in refused:
        click.echo(f"{file}:{row.line}: {row.reason}", err=True)
    would = "would be " if dry_run else ""
    click.echo(
        f"{imported.new} new, {imported.changed} changed, {imported.unchanged} unchanged, "
        f"{imported.quarantined} {would}quarantined."
    )
