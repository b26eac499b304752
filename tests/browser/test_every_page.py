"""Every page: nothing for axe at WCAG 2.2 AA, readable without JavaScript and in a text browser."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from addresses import PAGES
from live import Lamppost

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The header moves what has no room into its menu a frame or two after the width has changed.
SETTLED = """() => new Promise(done => {
  let frames = 4;
  const next = () => (frames-- ? requestAnimationFrame(next) : done());
  next();
})"""
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(browser: Browser, lamppost: Lamppost, path: str) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    answer = page.goto(lamppost.address + path)
    page.evaluate(AXE)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SETTLED)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        faults = [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found["violations"]]
        assert faults == [], width
        assert len(found["passes"]) > 10, width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()

    assert answer is not None
    assert answer.status == (404 if path == "/nowhere/" else 200)
    assert [text for text in said if "404" not in text] == []


@pytest.fixture(scope="module")
def readers(browser: Browser) -> Iterator[list[Page]]:
    """A page with scripts and one without."""
    contexts = [browser.new_context(java_script_enabled=scripts) for scripts in (True, False)]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/nowhere/"])
def test_without_javascript_the_same_words_are_there(
    readers: list[Page], lamppost: Lamppost, path: str
) -> None:
    texts = []
    for page in readers:
        page.goto(lamppost.address + path)
        texts.append(_words(page.locator("main").inner_text()))

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
