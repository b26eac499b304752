"""The letters of a registration, in plain words, owed to the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.outbox.actions import owe
from postmaster.registrations.rules import REASON_WORDS, Person, Reason
from postmaster.registrations.sectors import SECTORS, Sector, SectorFacts
from postmaster.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter of a kind; a secret one is blanked once it is accepted."""

    kind: str
    subject: str
    text: str
    is_secret: bool = False


def owe_code(
    session: Session, row: Registration, code: str, *, minutes: int, now: datetime
) -> None:
    """Send the code that proves who reads the mailbox; the body is blanked once it is accepted."""
    facts = SECTORS[Sector(row.sector)]
    text = (
        f"Somebody, perhaps you, is registering {_what(row, facts)} for NHSmail.\n\n"
        f"The code is {code}\n\n"
        f"Enter it on the page that asked for it, within {minutes} minutes. Nobody from the "
        "service will ask you for it.\n\n"
        "If it was not you, do nothing: nothing happens without the code.\n"
    )
    letter = _Letter("code", "Your code for registering with NHSmail", text, is_secret=True)
    _owe(session, row, letter, row.contact_email, part=row.code_letters, now=now)


def owe_received(session: Session, row: Registration, *, now: datetime) -> None:
    """Say that the application is in, under which reference, and what comes next."""
    facts = SECTORS[Sector(row.sector)]
    text = (
        f"We have the application for {_what(row, facts)}. Its reference is {row.reference}.\n\n"
        f"{facts.administrator} looks at it next and writes to this address when it is decided.\n\n"
        f"If you did not apply, write to {facts.administrator} now, with the reference.\n"
    )
    letter = _Letter("received", f"We have your application {row.reference}", text)
    _owe(session, row, letter, row.contact_email, now=now)


def owe_rejected(session: Session, row: Registration, *, now: datetime) -> None:
    """Say that it was rejected, why, and what to do."""
    facts = SECTORS[Sector(row.sector)]
    why = REASON_WORDS[Reason(row.reason or Reason.OTHER)]
    more = f"\n{row.reason_words}\n" if row.reason_words else ""
    text = (
        f"The application {row.reference} for {_what(row, facts)} was rejected.\n\n"
        f"Why: {why}.\n{more}\n"
        "Put that right and apply again. If you think this is a mistake, write to "
        f"{facts.administrator} with the reference.\n"
    )
    letter = _Letter("rejected", f"Your application {row.reference} was rejected", text)
    _owe(session, row, letter, row.contact_email, now=now)


def owe_approved(
    session: Session, row: Registration, mailbox: str | None, owner: str, *, now: datetime
) -> None:
    """Say that it was approved, and how the mailbox is called."""
    facts = SECTORS[Sector(row.sector)]
    box = (
        f"The shared mailbox is {mailbox}. {owner} owns it and can add and remove its members. "
        f"Write to {facts.administrator} from it whenever you need something for the site.\n\n"
        if mailbox
        else ""
    )
    text = (
        f"The application {row.reference} for {_what(row, facts)} was approved.\n\n{box}"
        "Each person named is written to by themselves.\n"
    )
    letter = _Letter("approved", f"Your application {row.reference} was approved", text)
    _owe(session, row, letter, row.contact_email, now=now)


def owe_account(
    session: Session, row: Registration, person: Person, address: str, *, now: datetime
) -> None:
    """Invite somebody to the account that was made for them."""
    facts = SECTORS[Sector(row.sector)]
    text = (
        f"{person.name},\n\nan NHSmail account was made for you at {row.site_name}: {address}\n\n"
        f"{facts.administrator} gives the first password, to the mobile number in the application. "
        "Sign in with it, choose a password of your own and accept the terms of use. Until then "
        "the account neither sends nor receives.\n"
    )
    letter = _Letter("account", "Your new NHSmail account", text)
    _owe(session, row, letter, person.email, now=now)


def owe_joiner(
    session: Session, row: Registration, person: Person, address: str, *, now: datetime
) -> None:
    """Say that somebody keeps the account they have, and that it was asked for."""
    text = (
        f"{person.name},\n\nyou have the NHSmail account {address}. You keep it, with its mail: "
        f"a person has one account. The organisation it is of was asked to let it move to "
        f"{row.site_name}. You are a member of the shared mailbox there already.\n"
    )
    letter = _Letter("joiner", f"You are named by {row.site_name}", text)
    _owe(session, row, letter, address, now=now)


def _what(row: Registration, facts: SectorFacts) -> str:
    return f"{row.site_name} ({row.ods_code})" if facts.has_site else "a locum"


def _owe(
    session: Session,
    row: Registration,
    letter: _Letter,
    recipient: str | None,
    *,
    part: int = 0,
    now: datetime,
) -> None:
    """Owe it, unless whom it is for was forgotten; `part` tells it from others of its kind."""
    if recipient is None:
        return
    owe(
        session,
        cause=f"registrations.{letter.kind}",
        cause_key=f"{row.registration_id}-{part}",
        recipient=recipient,
        subject=letter.subject,
        text=letter.text,
        template=f"registration-{letter.kind}-1",
        is_secret=letter.is_secret,
        now=now,
    )
