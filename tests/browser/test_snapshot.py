"""The copy opened from disk in a real browser, with nothing of Lamppost running."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from lamppost.snapshot.making import SnapshotMaker
from postmaster.policy.actions import enter_presets
from service_rows import define_service, log_hssi, measure, plan_window
from status_rows import NINE

pytestmark = pytest.mark.browser


@pytest.fixture
def copy(settings: Settings, clock: FixedClock, sqlite_engine: Engine, tmp_path: Path) -> Path:
    """A copy of a service with an open incident; nothing serves it."""
    with unit_of_work(sqlite_engine) as session:
        enter_presets(session, by="system:test", now=NINE)
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS")
    log_hssi(sqlite_engine)
    plan_window(sqlite_engine)
    SnapshotMaker(settings, clock).make(tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("scripts", [True, False])
def test_from_disk_it_shows_the_status_and_its_age(
    browser: Browser, copy: Path, *, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: failed.append(message.text))
    page.goto((copy / "status" / "index.html").as_uri())
    words = page.locator("main").inner_text()
    page.get_by_role("link", name="INC1: Relay delivery delays").click()
    incident = page.locator("main").inner_text()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Home").click()
    home = page.locator("main").inner_text()
    context.close()

    assert "This is a copy, made 9 April 2018 at 9am BST." in words
    assert "Incoming internet email" in words
    assert "Degraded" in words
    assert "Mail from the internet is late." in incident
    assert all("This is a copy, made 9 April 2018" in text for text in (incident, home))
    assert failed == []


def test_its_style_is_its_own(browser: Browser, copy: Path) -> None:
    page = browser.new_page()
    page.goto((copy / "index.html").as_uri())
    colour = page.evaluate(
        "getComputedStyle(document.querySelector('.nhsuk-header')).backgroundColor"
    )
    page.close()

    assert colour == "rgb(0, 94, 184)"
