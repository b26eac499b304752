"""The bulletin of 9 April 2018 holds every fact of the bulletin it is written from."""

import re

import pytest
import yaml

from lamppost import paths

SOURCE = "2018-04-09.md"
ARCHIVE = "https://s3-eu-west-1.amazonaws.com/comms-mat"
TAG = (
    "--- This message was sent from an email address external to NHSmail but gives the "
    "appearance of being from an NHSmail address. Verify the sender and content is legitimate "
    "before acting upon information contained within. ---"
)

LINKS = {
    "closed-organisations-guide": (
        f"{ARCHIVE}/Comms-Archive/Managing+Accounts+In+Closed+Organisations+v1.pdf"
    ),
    "status-page-capital-help": "https://portal.nhs.net/Help/servicestatus",
    "status-page-small-help": "https://portal.nhs.net/help/servicestatus",
    "information-policy": (f"{ARCHIVE}/Comms-Archive/NHS+Digital+Policy+Docs/InfomationPolicy.pdf"),
    "applications-guide": f"{ARCHIVE}/Training-Materials/Guidance/applicationsguide.pdf",
    "status-on-n3-hscn": "http://nww.hscic.gov.uk/servicemanagement/status",
    "portal-help": "https://portal.nhs.net/Help/",
    "privacy": "http://www.hscic.gov.uk/privacy",
    "terms": "http://www.hscic.gov.uk/terms-and-conditions",
    "mail-helpdesk": "mailto:helpdesk@nhs.net",
    "mail-relay-helpdesk": "mailto:relayhelpdesk@nhs.net",
    "mail-feedback": "mailto:feedback@nhs.net",
    "mail-example-application": "mailto:appointment.reminder@nhs.net",
}

# Section (a heading, or "" for the top) and the words in it that carry the fact.
FACTS = {
    "mergers-date": ("Mergers and closures", "merged on 1 April 2018"),
    "mergers-guide-for-closed-organisations": ("Mergers and closures", "closed organisation"),
    "service-stable": ("Service status", "stable and available"),
    "hssi-in-march": ("Service status", "1 high severity service incident (HSSI) in March"),
    "hssi-about-relay-delays": ("Service status", "delays in delivering mail"),
    "hssi-at-the-relay": ("Service status", "NHSmail Relay"),
    "hssi-resolved-quickly": ("Service status", "put right quickly"),
    "resets-month": ("Service status", "during February 2018"),
    "resets-rose-again": ("Service status", "rose again in February 2018"),
    "resets-by-people": ("Service status", "14.5%"),
    "resets-by-local-administrators": ("Service status", "82.5%"),
    "resets-by-helpdesk": ("Service status", "remaining 3%"),
    "last-release-date": ("Last Portal release", "16 March 2018"),
    "last-release-features": ("Last Portal release", "some new features"),
    "last-release-fixes": ("Last Portal release", "defects"),
    "next-release-month": ("Next Portal release", "April 2018"),
    "next-release-sent-items": ("Next Portal release", "sent items of the shared mailbox"),
    "next-release-reset-unlocks": ("Next Portal release", "unlocked at the same time"),
    "next-release-answers-any-case": ("Next Portal release", "capital or small letters"),
    "next-release-list-grants": ("Next Portal release", "static distribution list (SDL)"),
    "next-release-list-protocols": ("Next Portal release", "SMTP, POP and IMAP"),
    "next-release-over-internet": ("Next Portal release", "over the internet"),
    "bcdr-first-day": ("Business continuity", "21 September 2018"),
    "bcdr-last-day": ("Business continuity", "30 September 2018"),
    "bcdr-no-impact": ("Business continuity", "do not expect people using NHSmail to notice"),
    "bcdr-more-before": ("Business continuity", "before it starts"),
    "bcdr-review-local-plans": ("Business continuity", "local business continuity plans"),
    "bcdr-pause-migration": ("Business continuity", "self-migration"),
    "lifecycle-after-pilot": ("Managing the life", "until it has been piloted"),
    "lifecycle-leaver-month": ("Managing the life", "In April 2018"),
    "lifecycle-leaver-before": ("Managing the life", "before 6 September 2017"),
    "lifecycle-leaver-period": ("Managing the life", "30 days"),
    "lifecycle-notice": ("Managing the life", "14 days or more before"),
    "lifecycle-inactive-from": ("Managing the life", "end of April 2018"),
    "lifecycle-inactive-to": ("Managing the life", "beginning of May 2018"),
    "pharmacy-container": ("Growth areas", "NHSPharmacy"),
    "pharmacy-mark-leaver": ("Growth areas", "marking the account as a Leaver"),
    "dentistry-pilots": ("Growth areas", "London, Cumbria, North, Merseyside and Cheshire"),
    "dentistry-bulk-upload": ("Growth areas", "new bulk upload process"),
    "dentistry-all-areas": ("Growth areas", "expected from May 2018"),
    "social-care-pilots": ("Growth areas", "From April 2018"),
    "optometry-and-locums": ("Growth areas", "Optometry, and locums or transient workers"),
    "optometry-season": ("Growth areas", "Summer or autumn 2018"),
    "skype-file-sharing": ("Skype for Business", "Instant Messaging and Presence"),
    "skype-recording": ("Skype for Business", "Audio and Video Conferencing"),
    "skype-additional-service": ("Skype for Business", "additional service"),
    "skype-request": ("Skype for Business", "feedback@nhs.net"),
    "spoofing-when": ("Anti-spoofing", "Later this year"),
    "spoofing-2-stages": ("Anti-spoofing", "2 stages"),
    "spoofing-stage-1-junk": ("Anti-spoofing", "goes to the user's junk mailbox"),
    "spoofing-stage-1-length": ("Anti-spoofing", "is to be confirmed"),
    "spoofing-stage-2-deleted": ("Anti-spoofing", "is deleted from NHSmail"),
    "spoofing-not-yet-over-internet": ("Anti-spoofing", "cannot be made over the internet"),
    "spoofing-feature-month": ("Anti-spoofing", "due in April 2018"),
    "spoofing-guidance-first": ("Anti-spoofing", "Before it goes live"),
    "spoofing-own-domain": ("Anti-spoofing", "own outside email domain"),
    "spoofing-find-users": ("Anti-spoofing", "look for users who spoof @nhs.net"),
    "spoofing-tag-text": ("Anti-spoofing", f"> {TAG}"),
    "spoofing-account-active": ("Anti-spoofing", "has to stay Active"),
    "application-password": ("Application accounts", "20 characters"),
    "application-letters": ("Application accounts", "upper case and lower case"),
    "application-number-or-symbol": ("Application accounts", "a number or symbol"),
    "application-password-life": ("Application accounts", "12 months"),
    "application-deleted-mail": ("Application accounts", "Cannot be recovered"),
    "application-name": ("Application accounts", "appointment.reminder@nhs.net"),
    "application-not-shared": ("Application accounts", "A shared mailbox"),
    "application-change-at-once": ("Application accounts", "as soon as the account is converted"),
    "application-request": ("Application accounts", "feedback@nhs.net"),
    "contact-helpdesk-phone": ("Contacts", "0333 200 1133"),
    "contact-helpdesk-mail": ("Contacts", "[helpdesk@nhs.net]"),
    "contact-relay-phone": ("Contacts", "0333 200 4333"),
    "contact-relay-mail": ("Contacts", "[relayhelpdesk@nhs.net]"),
    "contact-feedback": ("Contacts", "General feedback"),
    "contact-status-network": ("Contacts", "N3 / HSCN only"),
}
HEADINGS = [
    "# Mergers and closures of NHS organisations",
    "# Service status and updates",
    "## Service status",
    "## Last Portal release",
    "## Next Portal release",
    "# Business continuity and disaster recovery (BCDR) testing",
    "# Managing the life of accounts",
    "# Growth areas",
    "# Reminders about the service",
    "## Skype for Business: sharing files and recording",
    "## Anti-spoofing",
    "## Application accounts",
    "# Contacts for more help",
]


def read_body() -> str:
    """The body, each line drawn from the system replaced by the words frozen for it."""
    _, head, body = (paths.BULLETINS / SOURCE).read_text(encoding="utf-8").split("---\n", 2)
    words = yaml.safe_load(head)["facts"]
    return re.sub(r"^\{\{ (.+) \}\}$", lambda found: words[found[1]], body, flags=re.MULTILINE)


def read_section(name: str) -> str:
    """What stands under the last heading that begins with the name, up to the next heading."""
    parts = re.split(r"^#+ ", read_body(), flags=re.MULTILINE)
    return [part for part in parts if part.startswith(name)][-1]


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS.keys())
def test_every_link_of_the_original_is_kept(target: str) -> None:
    assert f"]({target})" in read_body()


@pytest.mark.parametrize(("section", "words"), FACTS.values(), ids=FACTS.keys())
def test_every_fact_of_the_original_stands_in_its_section(section: str, words: str) -> None:
    assert words in read_section(section)


def test_the_policy_is_linked_twice_as_in_the_original() -> None:
    assert read_body().count(LINKS["information-policy"]) == 2


def test_the_sections_stand_in_the_order_of_the_original() -> None:
    assert re.findall(r"^#+ .+$", read_body(), re.MULTILINE) == HEADINGS


def test_figures_of_the_password_resets_make_a_whole() -> None:
    figures = re.findall(r"(\d+(?:\.\d)?)%", read_section("Service status"))

    assert sum(float(figure) for figure in figures) == pytest.approx(100)
