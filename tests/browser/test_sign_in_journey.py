"""Invited, signed in with an authenticator, at home in one's own organisations and nowhere else."""

import pytest
from playwright.sync_api import Browser

from axe_faults import look
from journeys import PASSWORD, accept, invite
from live import Lamppost


@pytest.mark.browser
@pytest.mark.parametrize("has_javascript", [True, False], ids=["javascript", "no javascript"])
def test_somebody_invited_signs_in_and_sees_their_own_organisations_only(
    browser: Browser, lamppost: Lamppost, *, has_javascript: bool
) -> None:
    link = invite(lamppost, "local-administrator", "RX1")
    context = browser.new_context(java_script_enabled=has_javascript)
    page = context.new_page()

    secret = accept(page, lamppost.address, link)
    assert page.url == f"{lamppost.address}/admin/"

    page.click("nav[aria-label=Panels] >> text=Organisations")
    page.wait_for_url("**/admin/organisations/")
    codes = page.locator("#organisation_list, table").first.inner_text()
    assert "RX1" in codes
    assert "RX2" not in codes
    for path, status in (
        ("/admin/organisations/RX1/", 200),
        ("/admin/organisations/RX2/", 404),
        ("/admin/delivery/", 403),
        ("/admin/nowhere/", 404),
        (link, 410),
    ):
        answer = page.goto(lamppost.address + path)
        assert answer is not None
        assert answer.status == status, path
    page.goto(lamppost.address + "/admin/delivery/")
    assert "Tenant administrator" in page.inner_text("main")

    page.click("button:has-text('Sign out')")
    page.wait_for_url("**/sign-in")
    page.goto(lamppost.address + "/admin/")
    assert "/sign-in" in page.url
    page.fill("#email", "nobody@example.nhs.uk")
    page.fill("#password", PASSWORD)
    page.click("main button:has-text('Continue')")
    page.locator(".nhsuk-error-summary").wait_for()
    assert "There is a problem" in page.inner_text("main")
    assert secret
    context.close()


@pytest.mark.browser
def test_the_panels_have_no_fault_axe_can_see(browser: Browser, lamppost: Lamppost) -> None:
    link = invite(lamppost, "primary-local-administrator", "RX1")
    context = browser.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(f"{lamppost.address}/sign-in")
    faults = {"/sign-in": look(page)}

    accept(page, lamppost.address, link)
    for path in (
        "/admin/",
        "/admin/organisations/",
        "/admin/organisations/RX1/",
        "/admin/people/",
        "/admin/people/invite/",
        "/admin/people/roles/",
        "/admin/people/resets/",
        "/admin/audit/",
        "/account/",
        "/account/sessions/",
        "/account/password/",
        "/account/recovery-codes/",
        "/status/n3/",
    ):
        page.goto(lamppost.address + path)
        faults[path] = look(page)

    assert {path: found for path, found in faults.items() if found} == {}
    context.close()
