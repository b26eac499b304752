"""`lamppost db upgrade` and `lamppost db check`."""

import click

from lamppost.cli.context import (
    EXIT_FINDINGS,
    json_option,
    open_engine,
    print_json,
    settings_or_stop,
)
from lamppost.cli.storage import prepare_database
from lamppost.clock import SystemClock
from lamppost.migrations import current_revision, head_revision


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
