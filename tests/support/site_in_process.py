"""The site in this process behind a real port: a browser looks, and the test holds the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server

from lamppost.clock import Clock
from lamppost.settings import Settings
from lamppost.web.app import create_app
from lamppost.web.context import db


@contextmanager
def serving(settings: Settings, clock: Clock) -> Iterator[tuple[Flask, str]]:
    """The application and the address it answers at, until the block ends."""
    app = create_app(settings, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield app, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def lend_cookies(browser: Browser, client: FlaskClient, address: str) -> BrowserContext:
    """A browser that is signed in as a test client is."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    lend_again(context, client, address)
    return context


def lend_again(context: BrowserContext, client: FlaskClient, address: str) -> None:
    """Give a browser the client's cookies as they are now."""
    cookies = client._cookies or {}
    context.add_cookies(
        [{"name": one.key, "value": one.value, "url": address} for one in cookies.values()]
    )
