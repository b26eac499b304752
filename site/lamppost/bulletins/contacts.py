"""Contacts for further help, dated: a bulletin shows the set that held on its day.

Source: the contacts at the end of the Local Administrator bulletin of 9 April 2018.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Contact:
    """A desk or a page, from `since` until the day before `until`."""

    name: str
    since: date
    until: date | None = None
    telephone: str | None = None
    email: str | None = None
    url: str | None = None
    note: str | None = None


# The second era of the service, which the bulletin belongs to, began in October 2016.
_ERA = date(2016, 10, 1)
CONTACTS = (
    Contact("NHSmail helpdesk", _ERA, telephone="0333 200 1133", email="helpdesk@nhs.net"),
    Contact("Relay helpdesk", _ERA, telephone="0333 200 4333", email="relayhelpdesk@nhs.net"),
    Contact("General feedback", _ERA, email="feedback@nhs.net"),
    Contact(
        "Service status",
        _ERA,
        url="http://nww.hscic.gov.uk/servicemanagement/status",
        note="N3 / HSCN only",
    ),
    Contact("NHSmail Portal help pages", _ERA, url="https://portal.nhs.net/Help/"),
)


def list_contacts(on: date) -> tuple[Contact, ...]:
    """The contacts that held on a day, in the order they are shown."""
    return tuple(
        contact
        for contact in CONTACTS
        if contact.since <= on and (contact.until is None or on < contact.until)
    )


def say_contacts(contacts: tuple[Contact, ...]) -> str:
    """The contacts as a Markdown table with a caption."""
    rows = [
        f"| {contact.name} | {_telephone(contact)} | {_place(contact)} |" for contact in contacts
    ]
    head = ["Table: Contacts for further help", "", "| Contact | Telephone | Email or page |"]
    return "\n".join([*head, "|---|---|---|", *rows])


def _telephone(contact: Contact) -> str:
    if contact.telephone is None:
        return "None"
    return f"[{contact.telephone}](tel:{contact.telephone.replace(' ', '')})"


def _place(contact: Contact) -> str:
    link = f"[{contact.email}](mailto:{contact.email})" if contact.email else f"<{contact.url}>"
    return f"{link} ({contact.note})" if contact.note else link
