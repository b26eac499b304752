"""Somebody of communications at the panel, over an empty folder."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from bulletin_desk import BulletinDesk
from lamppost.clock import FixedClock
from lamppost.settings import Settings


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, settings: Settings, clock: FixedClock) -> BulletinDesk:
    """The site, its folder and its database."""
    return BulletinDesk(app, sqlite_engine, settings, clock)


@pytest.fixture
def cora(desk: BulletinDesk) -> FlaskClient:
    """Somebody of communications, signed in."""
    return desk.person()
