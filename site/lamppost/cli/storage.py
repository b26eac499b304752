"""An engine on a database that is ready for commands, or a sentence saying how to make it so."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from lamppost.cli.context import EXIT_USAGE, open_engine
from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.migrations import current_revision, head_revision, upgrade
from lamppost.settings import Settings
from postmaster.access.actors import system
from postmaster.policy.actions import enter_presets
from postmaster.spoofing.policy_reads import enter_preset_stages


def prepare_database(engine: Engine, clock: Clock) -> None:
    """Bring the database to the newest migration and the register of policies up to its presets."""
    upgrade(engine)
    with unit_of_work(engine) as session:
        by = system("db upgrade").reference
        enter_presets(session, by=by, now=clock.now())
        enter_preset_stages(session, by=by, now=clock.now())


@contextmanager
def ready_engine(settings: Settings) -> Iterator[Engine]:
    """The engine, closed at the end; exit 2 when the database is missing or of another version."""
    engine = open_engine(settings)
    try:
        if not is_ready(engine):
            click.echo("The database is not ready; run: lamppost db upgrade", err=True)
            raise SystemExit(EXIT_USAGE)
        yield engine
    finally:
        engine.dispose()


def is_ready(engine: Engine) -> bool:
    """Whether the database is at the newest migration; exit 2 when it cannot be reached."""
    return _revision(engine) == head_revision()


def _revision(engine: Engine) -> str | None:
    try:
        return current_revision(engine)
    except SQLAlchemyError as error:
        click.echo(f"The database cannot be reached: {error.__class__.__name__}.", err=True)
        raise SystemExit(EXIT_USAGE) from None
