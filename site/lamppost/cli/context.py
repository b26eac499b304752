"""What most commands begin with: the settings, the engine, and one way to print JSON."""

import json
from typing import Any

import click
from sqlalchemy import Engine

from lamppost.database import make_engine
from lamppost.settings import Settings, SettingsError, load_settings

EXIT_FINDINGS = 1
EXIT_USAGE = 2


def settings_or_stop() -> Settings:
    """The settings, or exit 2 with one sentence per fault."""
    try:
        return load_settings()
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(EXIT_USAGE) from None


def open_engine(settings: Settings) -> Engine:
    """The engine of these settings, its data folder made if need be."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return make_engine(settings.storage_url())


def print_json(document: Any) -> None:
    """One JSON document, dates as ISO 8601."""
    click.echo(json.dumps(document, indent=2, default=str, ensure_ascii=False))


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
