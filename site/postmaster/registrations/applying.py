"""What whoever applies does: begin, name people, have a code sent, enter it, withdraw.

They sign in nowhere: the key of their cookie finds the draft, the code from the email proves it.
The audit names them `system:applicant`; nothing personal is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.days import london_day
from postmaster.organisations.rules import find_code_fault, fold_code
from postmaster.outbox.rules import UnsendableError, check_recipient
from postmaster.policy.reads import get_policy
from postmaster.registrations.codes import digest_key, make_key, make_reference
from postmaster.registrations.reads import get_standing
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import Region
from postmaster.registrations.rules import (
    LONGEST_SITE,
    LONGEST_TOWN,
    OVER,
    UNSENT,
    Person,
    State,
    find_person_fault,
    site_policy,
)
from postmaster.registrations.sectors import (
    SECTORS,
    Sector,
    find_identifier_fault,
    fold_identifier,
)
from postmaster.registrations.steps import (
    APPLICANT,
    check_free,
    get_by_key,
    list_people,
    step_to,
)
from postmaster.registrations.tables import Applicant, Registration


@dataclass(frozen=True, slots=True)
class Site:
    """What is said of a site; `email` is the one it is registered by elsewhere, where asked for."""

    ods_code: str
    name: str
    town: str
    count: int
    email: str
    identifiers: Mapping[str, str]


def begin(session: Session, *, sector: Sector, region: Region, site: Site, now: datetime) -> str:
    """Begin an application; gives the key that finds it again.

    Raises:
        RegistrationError: the region is not open, or something said cannot be.
    """
    _check_open(session, sector, region, now)
    made = _check_site(session, sector, site, now)
    check_free(session, sector, made)
    key = make_key()
    row = Registration(
        key_digest=digest_key(key),
        reference=make_reference(sector.value[:2].upper()),
        sector=sector,
        region=region,
        container=SECTORS[sector].container,
        state=State.DRAFT,
        state_since=now,
        created_at=now,
        code_tries=0,
        code_letters=0,
    )
    _fill(row, made)
    session.add(row)
    session.flush()
    return key


def change_site(session: Session, *, key: str, site: Site, now: datetime) -> None:
    """Change what was said of the site; a code that was sent is void.

    Raises:
        RegistrationError: it was sent in, or something said cannot be.
    """
    row = get_by_key(session, key)
    sector = Sector(row.sector)
    made = _check_site(session, sector, site, now)
    check_free(session, sector, made)
    _fill(row, made)
    _back_to_draft(session, row, now)


def name_person(session: Session, *, key: str, person: Person, now: datetime) -> None:
    """Name somebody; the first one named is the owner.

    Raises:
        RegistrationError: something of them cannot be, or enough are named.
    """
    row = get_by_key(session, key)
    others = list_people(session, row.registration_id)
    most = site_policy(get_policy(session, on=london_day(now)), Sector(row.sector)).users_most
    if len(others) >= most:
        people = "person" if most == 1 else "people"
        raise RegistrationError(f"{most} {people} at most can be named.")
    fault = find_person_fault(person, [other for _, other in others])
    if fault is not None:
        raise RegistrationError(fault[1], field=fault[0])
    last = select(func.max(Applicant.place)).where(Applicant.registration_id == row.registration_id)
    session.add(
        Applicant(
            registration_id=row.registration_id,
            place=(session.scalar(last) or 0) + 1,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            mobile=person.mobile,
            existing=person.existing,
        )
    )
    _back_to_draft(session, row, now)


def take_out(session: Session, *, key: str, applicant_id: int, now: datetime) -> None:
    """Take somebody out again; of another application nobody is found.

    Raises:
        RegistrationError: it was sent in already.
    """
    row = get_by_key(session, key)
    found = session.get(Applicant, applicant_id)
    if found is not None and found.registration_id == row.registration_id:
        session.delete(found)
        _back_to_draft(session, row, now)


def withdraw(session: Session, *, key: str, now: datetime) -> None:
    """Take the application back; its site is free for another.

    Raises:
        RegistrationError: it is over.
    """
    row = get_by_key(session, key, is_sent=True)
    if State(row.state) in OVER:
        raise RegistrationError("It is over already: there is nothing to withdraw.")
    row.claim = row.code_digest = row.code_until = None
    step_to(session, row, State.WITHDRAWN, by=APPLICANT, now=now)


def _check_open(session: Session, sector: Sector, region: Region, now: datetime) -> None:
    standing = get_standing(session, sector=sector, region=region, on=london_day(now))
    if not standing.is_open:
        raise RegistrationError(f"{standing.sentence}.", field="region")


def _check_site(session: Session, sector: Sector, site: Site, now: datetime) -> Site:
    """The site with everything folded.

    Raises:
        RegistrationError: something cannot be.
    """
    facts = SECTORS[sector]
    code = fold_code(site.ods_code)
    _refuse(find_code_fault(code), "ods_code")
    name, town = " ".join(site.name.split()), " ".join(site.town.split())
    if facts.has_site:
        _refuse(_find_text_fault(name, f"name of the {facts.site}", LONGEST_SITE), "name")
        _refuse(_find_text_fault(town, "town", LONGEST_TOWN), "town")
    numbers = {}
    for identifier in facts.identifiers:
        value = fold_identifier(site.identifiers.get(identifier.key, ""))
        _refuse(find_identifier_fault(identifier, value), identifier.key)
        numbers[identifier.key] = value
    if facts.asks_site_email:
        _check_email(site.email)
    most = site_policy(get_policy(session, on=london_day(now)), sector).sites_most
    if facts.has_site and not 1 <= site.count <= most:
        words = (
            f"Owners of more than {most} sites do not register here. Write to "
            f"{facts.administrator}: there is another way for them."
        )
        _refuse(words if site.count > most else "Enter how many sites, 1 or more.", "count")
    return Site(code, name, town, site.count, site.email.strip(), numbers)


def _check_email(address: str) -> None:
    try:
        check_recipient(address.strip())
    except UnsendableError:
        words = "Enter an email address in the correct format, like name@example.com."
        _refuse(words, "email")


def _find_text_fault(text: str, what: str, longest: int) -> str | None:
    if not text:
        return f"Enter the {what}."
    if len(text) > longest:
        return f"Shorten the {what} to {longest} characters or fewer."
    if not text[0].isalnum() or not text.isprintable():
        return f"Begin the {what} with a letter or a digit, and use plain characters."
    return None


def _fill(row: Registration, site: Site) -> None:
    row.ods_code, row.site_name, row.town = site.ods_code, site.name, site.town
    row.site_count, row.identifiers = site.count, dict(site.identifiers)
    if SECTORS[Sector(row.sector)].asks_site_email:
        row.contact_email = site.email


def _back_to_draft(session: Session, row: Registration, now: datetime) -> None:
    row.code_digest = row.code_until = None
    if row.state != State.DRAFT and State(row.state) in UNSENT:
        step_to(session, row, State.DRAFT, by=APPLICANT, now=now)
    session.flush()


def _refuse(fault: str | None, field: str) -> None:
    if fault is not None:
        raise RegistrationError(fault, field=field)
