"""What several journeys do: somebody is invited, and signs in with both factors."""

import re
import time
from uuid import uuid4

import pyotp
from playwright.sync_api import Page

from live import Lamppost

PASSWORD = "quiet harbour lantern"


def invite(lamppost: Lamppost, role: str, organisation: str | None = None) -> str:
    """The path of a fresh invitation, printed by the command line."""
    email = f"{uuid4().hex}@example.nhs.uk"
    words = ["users", "add", email, "--role", role, "--name", "New Person"]
    if organisation is not None:
        words += ["--org", organisation]
    printed = lamppost.command(*words).stdout
    found = re.search(r"/invitation/\S+", printed)
    assert found is not None, printed
    return found.group()


def accept(page: Page, address: str, link: str) -> str:
    """Accept an invitation and set up the authenticator; gives its secret."""
    page.goto(address + link)
    page.fill("#password", PASSWORD)
    page.click("main button:has-text('Continue')")
    page.wait_for_url("**/sign-in/set-up")
    secret = page.inner_text("#secret").replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).at(int(time.time())))
    page.click("main button:has-text('Continue')")
    page.locator("#recovery-codes").wait_for()
    assert page.locator("#recovery-codes li").count() == 10
    page.click("text=I have saved them")
    page.wait_for_url("**/admin/")
    return secret
