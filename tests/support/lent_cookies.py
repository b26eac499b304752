"""A browser signed in as a test client is, to a site in this process whose clock the test holds."""

from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext


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
