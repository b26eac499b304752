"""What a view is handed for one request: settings, clock, a read-only session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Session

from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from postmaster.store import Base

# Bound in create_app. Tables stand on our own Base, so that their types stay strict.
db = SQLAlchemy(metadata=Base.metadata)

SETTINGS_KEY = "LAMPPOST_SETTINGS"
CLOCK_KEY = "LAMPPOST_CLOCK"


def session() -> Session:
    """The request's session: reads only, rolled back when the request ends."""
    return cast("Session", db.session())


@contextmanager
def writing() -> Iterator[Session]:
    """One write transaction: one POST, committed when the block ends."""
    with unit_of_work(db.engine) as made:
        yield made


def settings() -> Settings:
    """The settings the application was made with."""
    return cast("Settings", current_app.config[SETTINGS_KEY])


def clock() -> Clock:
    """The clock the application was made with."""
    return cast("Clock", current_app.config[CLOCK_KEY])


def now() -> datetime:
    """The present moment by the application's clock."""
    return clock().now()
