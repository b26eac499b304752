"""Every page: nothing for axe at WCAG 2.2 AA, readable without JavaScript and in a text browser."""

import re
import subprocess
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser

from addresses import PAGES
from live import Lamppost

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live")]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(browser: Browser, lamppost: Lamppost, path: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    answer = page.goto(lamppost.address + path)
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.close()

    faults = [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found["violations"]]
    assert answer is not None
    assert answer.status == (404 if path == "/nowhere/" else 200)
    assert faults == []
    assert len(found["passes"]) > 10
    assert not too_wide
    assert [text for text in said if "404" not in text] == []


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/nowhere/"])
def test_without_javascript_the_same_words_are_there(
    browser: Browser, lamppost: Lamppost, path: str
) -> None:
    texts = []
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(lamppost.address + path)
        texts.append(_words(page.locator("main").inner_text()))
        context.close()

    # What is measured moves between the two looks; every word of the rest must be in both.
    missing = texts[0] ^ texts[1]
    assert len(missing) <= 12, missing


@pytest.mark.parametrize("path", ["/", "/status/", "/bulletins/2018-04-09/", "/contacts/"])
def test_a_text_browser_reads_it(lamppost: Lamppost, w3m_path: str, path: str) -> None:
    dumped = subprocess.run(
        [w3m_path, "-dump", "-cols", "160", lamppost.address + path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert MARKS[path] in re.sub(r"\s+", " ", dumped)


MARKS = {
    "/": "Bulletins",
    "/status/": "Incoming internet email",
    "/bulletins/2018-04-09/": "21 September 2018",
    "/contacts/": "0333 200 1133",
}


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[A-Za-z]{4,}", text)}
