"""An application decided: its site, mailbox and accounts made in one transaction, or rejected."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor, system
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.actions import add_account
from postmaster.accounts.mailboxes import give_mailbox
from postmaster.accounts.making import make_account
from postmaster.accounts.rules import ALIVE, AccountError, Kind, MemberRole
from postmaster.accounts.sponsors import keep_sponsor
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.closures.moves import ask_move
from postmaster.closures.rules import ClosureError
from postmaster.days import london_day
from postmaster.organisations.actions import add_organisation
from postmaster.organisations.rules import OrganisationError
from postmaster.organisations.tables import Organisation
from postmaster.registrations.addresses import find_free
from postmaster.registrations.letters import owe_account, owe_approved, owe_joiner, owe_rejected
from postmaster.registrations.matching import Match, find_match
from postmaster.registrations.naming import list_names, name_site
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.rules import LONGEST_REASON, Outcome, Person, Reason, State
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.steps import get_for, list_people, step_to, to_person
from postmaster.registrations.tables import Applicant, Registration

# Whoever approves may not open organisations; the service does it for them, in their container.
SERVICE = system("registrations")


@dataclass(frozen=True, slots=True)
class Home:
    """Where new accounts are made, and whether a namesake there is somebody else."""

    ods_code: str
    is_another: bool


@acts(Action.REGISTRATIONS_DECIDE)
def approve_registration(
    session: Session,
    *,
    registration_id: int,
    is_another: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Make everything an application asked for, or nothing.

    The site in its container, its shared mailbox, an account for each person who has none; who has
    one elsewhere is asked for by a move. `is_another`: a namesake at the site is somebody else.

    Raises:
        RegistrationError: it does not wait for this, or something cannot be made; nothing was.
    """
    row = get_for(session, registration_id, Action.REGISTRATIONS_DECIDE, by)
    if row.state != State.VERIFIED:
        raise RegistrationError("It does not wait for a decision.")
    try:
        home = Home(_place_site(session, row, now=now), is_another)
        made = [
            (person, _settle(session, row, applicant, home, by=by, now=now))
            for applicant, person in list_people(session, registration_id)
        ]
        if not made:
            raise RegistrationError("Nobody is named in it any more: reject it.")
        mailbox = _place_mailbox(session, row, [one for _, one in made], by=by, now=now)
    except (AccountError, ClosureError, OrganisationError) as error:
        raise RegistrationError(f"Nothing was made. {error}") from None
    row.decided_at, row.decided_by = now, by.reference
    row.mailbox_id = mailbox.account_id if mailbox else None
    told = {"mailbox": (None, row.mailbox_id), "people": (None, len(made))}
    step_to(session, row, State.PROVISIONED, by=by, now=now, told=told)
    owe_approved(session, row, mailbox.address if mailbox else None, made[0][0].name, now=now)


@acts(Action.REGISTRATIONS_DECIDE)
def reject_registration(
    session: Session, *, registration_id: int, reason: Reason, words: str, by: Actor, now: datetime
) -> None:
    """Reject an application and say why; the site may apply again.

    Raises:
        RegistrationError: it does not wait for this, or the reason is not said.
    """
    row = get_for(session, registration_id, Action.REGISTRATIONS_DECIDE, by)
    if len(words) > LONGEST_REASON or (reason is Reason.OTHER and not words.strip()):
        raise RegistrationError(
            f"Say why, in {LONGEST_REASON} characters or fewer: the applicant reads it.",
            field="words",
        )
    row.claim = None
    row.reason, row.reason_words = reason, words.strip() or None
    row.decided_at, row.decided_by = now, by.reference
    step_to(session, row, State.REJECTED, by=by, now=now, told={"reason": (None, reason)})
    owe_rejected(session, row, now=now)


def _place_site(session: Session, row: Registration, *, now: datetime) -> str:
    """The organisation the accounts are of: the site, added if it is new; a locum's container."""
    if not SECTORS[Sector(row.sector)].has_site:
        return row.container
    found = session.get(Organisation, row.ods_code)
    if found is None:
        return add_organisation(
            session, ods_code=row.ods_code, name=row.site_name, container=row.container,
            by=SERVICE, now=now,
        )  # fmt: skip
    if row.container not in get_above(session, organisation=row.ods_code):
        raise RegistrationError(
            f"{row.ods_code} is {found.name}, which is not in {row.container}. Reject it for a "
            "wrong code, or have the organisation moved into the container first."
        )
    return row.ods_code


def _settle(
    session: Session,
    row: Registration,
    applicant: Applicant,
    home: Home,
    *,
    by: Actor,
    now: datetime,
) -> Account:
    """The account of somebody: theirs, linked or asked for, or a new one."""
    person = to_person(applicant)
    match = find_match(session, person, container=row.container)
    if match is None:
        account = _make(session, row, person, home, by=by, now=now)
        applicant.outcome = Outcome.MADE
    else:
        account = session.get_one(Account, match.account_id)
        applicant.outcome = Outcome.LINKED if match.is_within else Outcome.ASKED
        if not match.is_within:
            applicant.move_id = _ask(session, row, match, home, by=by, now=now)
            owe_joiner(session, row, person, match.address, now=now)
    applicant.account_id = account.account_id
    session.flush()
    return account


def _make(
    session: Session,
    row: Registration,
    person: Person,
    home: Home,
    *,
    by: Actor,
    now: datetime,
) -> Account:
    has_site = SECTORS[Sector(row.sector)].has_site
    account_id = make_account(
        session,
        kind=Kind.PERSON,
        organisation=home.ods_code,
        name=f"{person.last_name.upper()}, {person.first_name}",
        address=find_free(session, person, today=london_day(now)),
        mobile=person.mobile,
        job_title="" if has_site else "Locum",
        is_another=home.is_another,
        by=by,
        now=now,
    )
    if not has_site:
        # A locum is the container's; where they work most stands beside it.
        keep_sponsor(session, account_id=account_id, sponsor=row.ods_code, by=by, now=now)
    account = session.get_one(Account, account_id)
    owe_account(session, row, person, account.address, now=now)
    return account


def _ask(
    session: Session, row: Registration, match: Match, home: Home, *, by: Actor, now: datetime
) -> int:
    return ask_move(
        session,
        address=match.address,
        target=home.ods_code,
        why=f"Named in the registration {row.reference} of {row.site_name or 'a locum'}",
        by=by,
        now=now,
    )


def _place_mailbox(
    session: Session, row: Registration, people: list[Account], *, by: Actor, now: datetime
) -> Account | None:
    """The site's shared mailbox, the one it has by any naming or a new one; everybody is in it."""
    sector = Sector(row.sector)
    given = {"code": row.ods_code, "site": row.site_name, "town": row.town}
    name = name_site(sector, **given, on=london_day(now))
    if name is None:
        return None
    keys = [address.casefold() for address in list_names(sector, **given)]
    mailbox = session.scalar(
        select(Account).where(
            Account.address_key.in_(keys), Account.organisation == row.ods_code,
            Account.kind == Kind.SHARED, Account.status.in_(sorted(ALIVE)),
        )
    )  # fmt: skip
    if mailbox is None:
        account_id = add_account(
            session, address=name.address, name=name.display, kind=Kind.SHARED,
            organisation=row.ods_code, by=by, now=now,
        )  # fmt: skip
        mailbox = session.get_one(Account, account_id)
    held = set(
        session.scalars(
            select(MailboxMember.account_id).where(
                MailboxMember.mailbox_id == mailbox.account_id, MailboxMember.ended_at.is_(None)
            )
        )
    )
    for place, person in enumerate(people):
        role = MemberRole.MEMBER if place else MemberRole.OWNER
        if person.account_id not in held:
            give_mailbox(
                session, mailbox_id=mailbox.account_id, address=person.address, role=role,
                by=by, now=now,
            )  # fmt: skip
            held.add(person.account_id)
    return mailbox
