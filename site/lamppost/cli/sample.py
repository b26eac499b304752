"""`lamppost sample load`."""

import click

from lamppost.cli.context import open_engine, settings_or_stop
from lamppost.clock import SystemClock


@click.group()
def command() -> None:
    """The sample service."""


@command.command()
def load() -> None:
    """Load the sample service; does nothing where it was loaded before."""
    from lamppost.sample.load import load_sample_once  # noqa: PLC0415 - loads every room

    settings = settings_or_stop()
    loaded = load_sample_once(open_engine(settings), settings, SystemClock(), click.echo)
    click.echo("The sample is loaded." if loaded else "The sample was loaded before.")
