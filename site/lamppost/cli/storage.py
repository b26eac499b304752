"""An engine on a database that is ready for commands, or a sentence saying how to make it so."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from lamppost.cli.context import EXIT_USAGE, open_engine
from lamppost.migrations import current_revision, head_revision
from lamppost.settings import Settings


@contextmanager
def ready_engine(settings: Settings) -> Iterator[Engine]:
    """The engine, closed at the end; exit 2 when the database is missing or of another version."""
    engine = open_engine(settings)
    try:
        if _revision(engine) != head_revision():
            click.echo("The database is not ready; run: lamppost db upgrade", err=True)
            raise SystemExit(EXIT_USAGE)
        yield engine
    finally:
        engine.dispose()


def _revision(engine: Engine) -> str | None:
    try:
        return current_revision(engine)
    except SQLAlchemyError as error:
        click.echo(f"The database cannot be reached: {error.__class__.__name__}.", err=True)
        raise SystemExit(EXIT_USAGE) from None
