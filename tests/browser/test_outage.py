"""The status page tells the truth while the relay slows, dies and the worker is killed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from live import Lamppost, living, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PROBES = Path(__file__).parent / "quick_probes.toml"
COMPONENT = "Incoming internet email"


def _line(page: Page, lamppost: Lamppost) -> str:
    page.goto(f"{lamppost.address}/status/")
    return page.locator("[data-component='incoming-internet-email']").inner_text()


def _wait_for(page: Page, lamppost: Lamppost, words: str, within_s: float) -> None:
    try:
        wait_until(
            lambda: words in _line(page, lamppost), within_s=within_s, what=f"{COMPONENT}: {words}"
        )
    except AssertionError as error:
        error.add_note(_line(page, lamppost))
        raise


def test_slow_then_good_then_dead_then_not_measured(browser: Browser, folder: Path) -> None:
    with living(folder, "relay", "web", "worker", probes_file=PROBES) as lamppost:
        page = browser.new_page()
        _wait_for(page, lamppost, "Working", 60)

        lamppost.command("relay", "set", "--delay", "90")
        _wait_for(page, lamppost, "Degraded", 60)

        lamppost.command("relay", "reset")
        _wait_for(page, lamppost, "Working", 60)

        lamppost.kill("relay")
        _wait_for(page, lamppost, "Outage", 60)

        lamppost.kill("worker")
        # Three intervals of two seconds, and the quarter of a second a page may be behind.
        _wait_for(page, lamppost, "Not measured", 12)
        page.close()


def test_an_open_page_follows_by_itself_and_rests_in_a_hidden_tab(
    browser: Browser, folder: Path
) -> None:
    with living(folder, "relay", "web", "worker", probes_file=PROBES) as lamppost:
        page = browser.new_page()
        page.goto(f"{lamppost.address}/status/")
        before = page.locator("time").first.inner_text()

        page.wait_for_function(
            "before => document.querySelector('time').innerText !== before",
            arg=before,
            timeout=60000,
        )

        page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(25000)
        assert asked == []
        page.close()
