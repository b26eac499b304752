"""`lamppost db upgrade`, `check`, `backup` and `restore`."""

from pathlib import Path

import click

from lamppost.backups.restoring import BackupError, count_present, read_manifest, restore_backup
from lamppost.backups.writing import BackupExistsError, write_backup
from lamppost.cli.context import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    json_option,
    open_engine,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import prepare_database, ready_engine
from lamppost.clock import SystemClock
from lamppost.migrations import current_revision, head_revision
from lamppost.migrations.tables import metadata


@click.group()
def command() -> None:
    """The database."""


@command.command(name="upgrade")
def upgrade_command() -> None:
    """Bring the database to the newest migration."""
    engine = open_engine(settings_or_stop())
    prepare_database(engine, SystemClock())
    click.echo(f"The database is at {head_revision()}.")


@command.command()
@json_option
def check(*, as_json: bool) -> None:
    """Say whether the database is at the newest migration; exit 1 when it is not."""
    engine = open_engine(settings_or_stop())
    stands, newest = current_revision(engine), head_revision()
    if as_json:
        print_json({"revision": stands, "head": newest, "current": stands == newest})
    else:
        click.echo(f"The database is at {stands or 'nothing'}; the newest migration is {newest}.")
    if stands != newest:
        raise SystemExit(EXIT_FINDINGS)


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(file: Path, *, as_json: bool) -> None:
    """Write every table into FILE, as of one moment; it restores on either kind of database."""
    with ready_engine(settings_or_stop()) as engine:
        try:
            manifest = write_backup(
                engine,
                file,
                tables=metadata.sorted_tables,
                revision=head_revision() or "",
                now=SystemClock().now(),
            )
        except (BackupExistsError, OSError) as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_USAGE) from None
    rows = sum(member.rows for member in manifest.tables.values())
    if as_json:
        print_json({"file": str(file), "tables": len(manifest.tables), "rows": rows})
    else:
        click.echo(f"{file}: {rows:,} rows of {len(manifest.tables)} tables.")


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what is there; without it, say what would be.")
def restore(file: Path, *, yes: bool) -> None:
    """Put a backup in the place of everything there is; stop site and worker first."""
    tables = metadata.sorted_tables
    with ready_engine(settings_or_stop()) as engine:
        try:
            manifest = read_manifest(file, tables=tables, revision=head_revision() or "")
        except BackupError as error:
            click.echo(str(error), err=True)
            raise SystemExit(EXIT_USAGE) from None
        present = sum(count_present(engine, tables=tables).values())
        rows = sum(member.rows for member in manifest.tables.values())
        if yes:
            restore_backup(engine, file, tables=tables)
    done = "were" if yes else "would be"
    click.echo(f"{present:,} rows {done} replaced by {rows:,} of {manifest.made_at}.")
    if not yes:
        click.echo("Nothing has changed. To do it: add --yes")
