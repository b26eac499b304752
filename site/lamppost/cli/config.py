"""`lamppost config check`."""

import click

from lamppost.cli.context import json_option, print_json, settings_or_stop
from lamppost.settings import describe


@click.group()
def command() -> None:
    """The settings."""


@command.command()
@json_option
def check(*, as_json: bool) -> None:
    """Print every setting, secrets redacted; exit 2 when one is wrong."""
    shown = describe(settings_or_stop())
    if as_json:
        print_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name}={'' if value is None else value}")
