"""An HSSI from its raising over a holding statement and an update to its end, by keyboard alone."""

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page

from axe_faults import look
from journeys import accept, invite
from live import Lamppost

HOLDING = "Mail is late: holding"


def press(page: Page, words: str) -> None:
    """The button of those words, by the keyboard."""
    button = page.locator(f"main button:has-text('{words}')").first
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, field: str, begins: str) -> None:
    page.locator(f"#{field}").focus()
    page.keyboard.type(begins)


def write(page: Page, field: str, words: str) -> None:
    page.locator(f"#{field}").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def enter(browser: Browser, lamppost: Lamppost, *, has_javascript: bool) -> Page:
    """A status operator, signed in."""
    context = browser.new_context(
        java_script_enabled=has_javascript, viewport={"width": 375, "height": 800}
    )
    page = context.new_page()
    accept(page, lamppost.address, invite(lamppost, "status-operator"))
    return page


def approve(page: Page, address: str) -> None:
    page.goto(address)
    press(page, "Approve this text")
    assert "It is published." in page.inner_text("main")


@pytest.mark.browser
@pytest.mark.parametrize("has_javascript", [True, False], ids=["javascript", "no javascript"])
def test_two_operators_take_an_hssi_from_its_raising_to_its_end(
    browser: Browser, lamppost: Lamppost, *, has_javascript: bool
) -> None:
    ann = enter(browser, lamppost, has_javascript=has_javascript)
    ben = enter(browser, lamppost, has_javascript=has_javascript)
    ref = f"INC{uuid4().hex[:8]}"
    desk = f"{lamppost.address}/admin/hssi/"
    public = f"{lamppost.address}/status/incidents/{ref}/"
    ben.goto(f"{desk}templates/")
    if ben.locator("button:has-text('Approve this statement')").count():
        press(ben, "Approve this statement")

    ann.goto(f"{desk}new/?template={HOLDING.replace(' ', '+')}")
    write(ann, "ref", ref)
    choose(ann, "impact", "1")
    choose(ann, "urgency", "1")
    ann.locator("label:has-text('Mobile and tablet access')").locator("xpath=..").locator(
        "input"
    ).focus()
    ann.keyboard.press("Space")
    press(ann, "See what readers get")
    assert f"{ref} - HSSI - INVESTIGATING" in ann.inner_text("main")
    if has_javascript:
        assert look(ann) == []
    press(ann, "Publish")
    ann.goto(public)
    assert "We are looking into late mail" in ann.inner_text("h1")

    ben.goto(f"{desk}{ref}/")
    press(ben, "I have read it, it may stand")
    ann.goto(f"{desk}{ref}/update/")
    write(ann, "summary", "A queue was stuck and is moving.")
    choose(ann, "state", "M")
    press(ann, "See what readers get")
    press(ann, "Ask a second person")
    assert "somebody else approves it" in ann.inner_text("main")
    approve(ben, f"{desk}{ref}/")

    ann.goto(f"{desk}{ref}/update/")
    write(ann, "summary", "It is over.")
    choose(ann, "state", "R")
    press(ann, "See what readers get")
    press(ann, "Ask a second person")
    approve(ben, f"{desk}{ref}/")

    ann.goto(public)
    text = ann.inner_text("main")
    assert "Resolved" in text
    for words in ("We are looking", "A queue was stuck", "It is over."):
        assert words in text, words
    ann.goto(f"{desk}{ref}/update/")
    press(ann, "See what readers get")
    assert "Reopen it" in ann.inner_text("main")


@pytest.mark.browser
def test_the_panels_of_the_desk_have_no_fault_axe_can_see(
    browser: Browser, lamppost: Lamppost
) -> None:
    page = enter(browser, lamppost, has_javascript=True)
    faults = {}
    for path in (
        "/admin/status/",
        "/admin/status/severity/",
        "/admin/hssi/",
        "/admin/hssi/new/",
        "/admin/hssi/templates/",
        "/admin/windows/",
        "/admin/windows/tests/new/",
        "/admin/windows/changes/new/",
        "/admin/windows/series/new/",
        "/admin/windows/taking-part/",
        "/admin/migrations/",
        "/admin/releases/",
        "/admin/releases/new/",
        "/admin/known-issues/",
        "/admin/known-issues/new/",
        "/status/known-issues/",
    ):
        page.goto(lamppost.address + path)
        faults[path] = look(page)

    assert {path: found for path, found in faults.items() if found} == {}
