"""`lamppost status show` and `snapshot`."""

from dataclasses import asdict
from pathlib import Path

import click

from lamppost.cli import months
from lamppost.cli.context import json_option, print_json, settings_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.clock import SystemClock
from lamppost.database import read_only
from lamppost.status.reads import get_service_status, list_open_hssis
from lamppost.wording import say_count, say_moment


@click.group()
def command() -> None:
    """The service's status."""


for verb in months.VERBS:
    command.add_command(verb)


@command.command()
@json_option
def show(*, as_json: bool) -> None:
    """Print the status page in words."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        status = get_service_status(session, now=SystemClock().now())
        hssis = list_open_hssis(session)
    if as_json:
        print_json({**asdict(status), "open_hssis": [asdict(hssi) for hssi in hssis]})
        return
    click.echo(status.sentence)
    if status.as_at is not None:
        click.echo(f"As at {say_moment(status.as_at)}.")
    for hssi in hssis:
        click.echo(f"Open: {hssi.ref} {hssi.title} ({hssi.severity_words})")
    for group in status.groups:
        click.echo(f"\n{group.name}")
        for one in group.components:
            words = f"{one.sentence} {one.detail_sentence}".strip()
            click.echo(f"  {one.name}: {one.state_words}. {words}")


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def snapshot(folder: Path, *, as_json: bool) -> None:
    """Write a static copy of the public pages of the status to FOLDER, replacing it whole.

    Readable from disk and from any file server: pages, feeds, calendars, badges and the v2 API.
    """
    from lamppost.snapshot.crawling import SnapshotError  # noqa: PLC0415 - loads the whole site
    from lamppost.snapshot.making import SnapshotMaker  # noqa: PLC0415 - as above

    settings = settings_or_stop()
    with ready_engine(settings):
        try:
            made = SnapshotMaker(settings, SystemClock()).make(folder)
        except SnapshotError as error:
            raise click.ClickException(str(error)) from None
    if as_json:
        print_json(asdict(made))
        return
    files = say_count(made.files, "file")
    click.echo(f"{files} written to {made.folder}, as at {say_moment(made.made_at)}.")
