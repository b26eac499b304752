"""How people reach those who look after an organisation: written down, ended, found.

Anybody may read a contact, so it is a function's: a desk, a shared mailbox. Names of people are
told elsewhere, to those who may know them.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import Changes
from postmaster.days import london_day
from postmaster.organisations.rows import note_organisation
from postmaster.organisations.rules import OrganisationError, Status, fold_code
from postmaster.organisations.tables import Organisation, OrganisationContact
from postmaster.outbox.rules import UnsendableError, check_recipient

LONGEST_HOURS = 100
_PHONE = re.compile(r"0[0-9]{9,10}")


class ContactKind(StrEnum):
    """Whom a contact reaches."""

    ADMINISTRATORS = "administrators"
    SERVICE_DESK = "service-desk"
    GOVERNANCE = "governance"


CONTACT_WORDS = {
    ContactKind.ADMINISTRATORS: "Local Administrators",
    ContactKind.SERVICE_DESK: "IT service desk",
    ContactKind.GOVERNANCE: "Information governance",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it holds on a day; a phone number in digits alone."""

    contact_id: int
    organisation: str
    kind: ContactKind
    email: str | None
    phone: str | None
    hours: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Reached:
    """What is written down of a contact."""

    kind: ContactKind
    email: str = ""
    phone: str = ""
    hours: str = ""


@acts(Action.ORGANISATIONS_CONTACTS)
def put_contact(
    session: Session, *, ods_code: str, reached: Reached, by: Actor, now: datetime
) -> int:
    """Write a contact down from today on; one of its kind that holds ends the day before.

    Raises:
        OrganisationError: there is no such organisation, it is closed, or nothing reaches anybody.
    """
    code, today = fold_code(ods_code), london_day(now)
    _ensure(session, code, by)
    row = session.get(Organisation, code)
    if row is None or row.status == Status.CLOSED:
        raise OrganisationError(f"{code} is closed, or there is no such organisation.")
    email, phone = reached.email.strip(), fold_phone(reached.phone)
    _check(email, phone, reached.hours)
    for held in session.scalars(_holding([code], today).where(
        OrganisationContact.kind == reached.kind
    )):  # fmt: skip
        held.valid_to = today - timedelta(days=1)
    made = OrganisationContact(
        organisation=code, kind=reached.kind, email=email or None, phone=phone or None,
        hours=reached.hours.strip() or None, valid_from=today, entered_at=now,
        entered_by=by.reference,
    )  # fmt: skip
    session.add(made)
    session.flush()
    changes: Changes = {
        "kind": (None, made.kind), "email": (None, made.email), "phone": (None, made.phone),
        "hours": (None, made.hours),
    }  # fmt: skip
    note_organisation(session, "organisations.contact", code, changes, by=by, now=now)
    return made.contact_id


@acts(Action.ORGANISATIONS_CONTACTS)
def end_contact(session: Session, *, contact_id: int, by: Actor, now: datetime) -> None:
    """Say that a contact reaches nobody from today on.

    Raises:
        OrganisationError: there is none, or it has ended.
    """
    row = session.get(OrganisationContact, contact_id)
    if row is None:
        raise OrganisationError("There is no such contact.")
    _ensure(session, row.organisation, by)
    today = london_day(now)
    if row.valid_to is not None and row.valid_to < today:
        raise OrganisationError("It has ended already.")
    row.valid_to = today - timedelta(days=1)
    session.flush()
    changes: Changes = {"kind": (row.kind, None), "valid_to": (None, row.valid_to.isoformat())}
    note_organisation(session, "organisations.contact", row.organisation, changes, by=by, now=now)


def list_contacts(session: Session, *, codes: Collection[str], on: date) -> Sequence[Contact]:
    """The contacts of some organisations that hold on a day, by organisation and kind."""
    order = (
        OrganisationContact.organisation, OrganisationContact.kind, OrganisationContact.contact_id,
    )  # fmt: skip
    rows = session.scalars(_holding(codes, on).order_by(*order))
    return [
        Contact(
            row.contact_id, row.organisation, ContactKind(row.kind), row.email, row.phone,
            row.hours, row.valid_from, row.valid_to,
        )
        for row in rows
    ]  # fmt: skip


def find_contact(session: Session, contact_id: int) -> str | None:
    """The organisation of a contact; None when there is none."""
    row = session.get(OrganisationContact, contact_id)
    return None if row is None else row.organisation


def fold_phone(text: str) -> str:
    """A UK number in digits alone, beginning with 0."""
    plain = "".join(one for one in text if one.isdigit() or one == "+")
    return f"0{plain[3:]}" if plain.startswith("+44") else plain


def say_phone(phone: str) -> str:
    """A number in groups: `0333 200 1133`, `07700 900123`, `020 7946 0958`."""
    if phone.startswith("02"):
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    if phone.startswith(("07", "01")):
        return f"{phone[:5]} {phone[5:]}"
    return f"{phone[:4]} {phone[4:7]} {phone[7:]}"


def _holding(codes: Collection[str], on: date) -> Select[OrganisationContact]:
    return select(OrganisationContact).where(
        OrganisationContact.organisation.in_(sorted(codes)),
        OrganisationContact.valid_from <= on,
        or_(OrganisationContact.valid_to.is_(None), OrganisationContact.valid_to >= on),
    )


def _check(email: str, phone: str, hours: str) -> None:
    if not email and not phone:
        raise OrganisationError(
            "Enter an email address, a telephone number or both.", field="email"
        )
    if email:
        try:
            check_recipient(email)
        except UnsendableError:
            words = "Enter an email address in the correct format, like it.desk@example.nhs.uk."
            raise OrganisationError(words, field="email") from None
    if phone and not _PHONE.fullmatch(phone):
        words = "Enter a UK telephone number, like 020 7946 0958."
        raise OrganisationError(words, field="phone")
    if len(hours) > LONGEST_HOURS or not hours.isprintable():
        words = f"Say the hours in {LONGEST_HOURS} plain characters or fewer."
        raise OrganisationError(words, field="hours")


def _ensure(session: Session, code: str, by: Actor) -> None:
    above = get_above(session, organisation=code)
    ensure(by, Action.ORGANISATIONS_CONTACTS, Target("organisation", code, code, above))
