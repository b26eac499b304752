"""A real Chromium over a whole Lamppost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from live import Lamppost, living

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# For this folder's tests alone: a worker and a browser that idle on take their share of both cores.
@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="package")
def lamppost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lamppost]:
    """Site, worker and relay over the sample, for journeys that break nothing."""
    with living(tmp_path_factory.mktemp("live"), "relay", "web", "worker") as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a Lamppost that a journey may break."""
    return tmp_path
