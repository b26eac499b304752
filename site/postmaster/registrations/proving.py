"""The answers checked whole, the code sent, and the code entered: from then on it is sent in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy
from postmaster.registrations.codes import digest_code, is_code, make_code
from postmaster.registrations.letters import owe_code, owe_received
from postmaster.registrations.reads import get_standing
from postmaster.registrations.records import RegistrationError
from postmaster.registrations.regions import Region
from postmaster.registrations.rules import (
    Reason,
    State,
    claim_of,
    find_count_fault,
    find_person_fault,
    site_policy,
)
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.steps import (
    APPLICANT,
    check_free,
    find_rival,
    get_by_key,
    get_for,
    list_people,
    say_rival,
    step_to,
)
from postmaster.registrations.tables import Registration

A_DAY = timedelta(days=1)


class Answer(StrEnum):
    """What became of a code that was entered."""

    VERIFIED = "verified"
    WRONG = "wrong"
    OVER = "over"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of it, and the words for whoever entered it."""

    answer: Answer
    words: str


def send_code(session: Session, *, key: str, pepper: bytes, now: datetime) -> None:
    """Check every answer together, and send a code; one sent before is void.

    Raises:
        RegistrationError: an answer is missing or cannot be, or enough codes were sent.
    """
    row = get_by_key(session, key)
    _validate(session, row, now)
    policy = get_policy(session, on=london_day(now))
    most = policy[Key.REGISTRATION_CODE_LETTERS]
    if row.code_letters >= most or _is_flooded(session, row, policy, now):
        administrator = SECTORS[Sector(row.sector)].administrator
        raise RegistrationError(
            "Enough codes were sent to this address and no more are. Look in the mailbox and its "
            f"junk mail, or write to {administrator}."
        )
    _send(session, row, policy, pepper, now=now)


@acts(Action.REGISTRATIONS_DECIDE)
def send_again(
    session: Session, *, registration_id: int, pepper: bytes, by: Actor, now: datetime
) -> None:
    """An administrator has another code sent, to the same address; the count begins anew.

    Raises:
        RegistrationError: no code is waited for.
    """
    row = get_for(session, registration_id, Action.REGISTRATIONS_DECIDE, by)
    if row.state not in {State.CODE_SENT, State.VALIDATED}:
        raise RegistrationError("Nobody waits for a code of this registration.")
    policy = get_policy(session, on=london_day(now))
    _send(session, row, policy, pepper, by=by, now=now)


def enter_code(session: Session, *, key: str, typed: str, pepper: bytes, now: datetime) -> Entered:
    """Compare what was typed; each try counts, and the right one sends the application in.

    Two who apply for one site: whoever enters the code first has it, the other is told.

    Raises:
        RegistrationError: no code is waited for.
    """
    row = get_by_key(session, key)
    if row.state != State.CODE_SENT or row.code_digest is None or row.code_until is None:
        raise RegistrationError("Have a code sent first.")
    policy = get_policy(session, on=london_day(now))
    left = policy[Key.REGISTRATION_CODE_TRIES] - row.code_tries
    if now >= row.code_until or left <= 0:
        return Entered(Answer.OVER, "This code is no longer good. Have another one sent.")
    row.code_tries += 1
    if not is_code(pepper, row.registration_id, typed, row.code_digest):
        session.flush()
        return _say_wrong(left - 1)
    row.code_digest = row.code_until = None
    claim = claim_of(Sector(row.sector), row.ods_code, row.identifiers)
    if not _take_claim(session, row, claim):
        return _lose(session, row, claim, now)
    row.verified_at = now
    step_to(session, row, State.VERIFIED, by=APPLICANT, now=now)
    owe_received(session, row, now=now)
    return Entered(Answer.VERIFIED, "")


def _validate(session: Session, row: Registration, now: datetime) -> None:
    sector = Sector(row.sector)
    check_free(session, sector, row)
    standing = get_standing(session, sector=sector, region=Region(row.region), on=london_day(now))
    if not standing.is_open:
        raise RegistrationError(f"{standing.sentence}.")
    people = [person for _, person in list_people(session, row.registration_id)]
    policy = site_policy(get_policy(session, on=london_day(now)), sector)
    if (fault := find_count_fault(len(people), policy)) is not None:
        raise RegistrationError(fault, field="people")
    for place, person in enumerate(people):
        wrong = find_person_fault(person, people[:place])
        if wrong is not None:
            raise RegistrationError(f"{person.name}: {wrong[1]}", field="people")
    if not SECTORS[sector].asks_site_email:
        row.contact_email = people[0].email
    if row.state != State.VALIDATED:
        step_to(session, row, State.VALIDATED, by=APPLICANT, now=now)


def _send(
    session: Session,
    row: Registration,
    policy: Policy,
    pepper: bytes,
    *,
    by: Actor = APPLICANT,
    now: datetime,
) -> None:
    code, minutes = make_code(), policy[Key.REGISTRATION_CODE_MINUTES]
    row.code_digest = digest_code(pepper, row.registration_id, code)
    row.code_until = now + timedelta(minutes=minutes)
    row.code_tries = 0
    row.code_letters += 1
    if row.state == State.CODE_SENT:
        step_to(session, row, State.VALIDATED, by=by, now=now)
    letters = {"letters": (row.code_letters - 1, row.code_letters)}
    step_to(session, row, State.CODE_SENT, by=by, now=now, told=letters)
    owe_code(session, row, code, minutes=minutes, now=now)


def _is_flooded(session: Session, row: Registration, policy: Policy, now: datetime) -> bool:
    """Whether an address was sent enough codes lately, by whichever applications named it."""
    sent = select(func.sum(Registration.code_letters)).where(
        Registration.contact_email == row.contact_email,
        Registration.state_since > now - A_DAY,
    )
    return (session.scalar(sent) or 0) >= policy[Key.REGISTRATION_ADDRESS_LETTERS]


def _say_wrong(left: int) -> Entered:
    if left <= 0:
        words = "That is not the code, and it can no longer be tried. Have another one sent."
        return Entered(Answer.OVER, words)
    tries = "1 more time" if left == 1 else f"{left} more times"
    return Entered(Answer.WRONG, f"That is not the code. You can try {tries}.")


def _take_claim(session: Session, row: Registration, claim: str) -> bool:
    """Whether the claim is this application's now; of two at once the database lets one."""
    if find_rival(session, claim, row.registration_id) is not None:
        return False
    try:
        with session.begin_nested():
            row.claim = claim
            session.flush()
    except IntegrityError:
        session.refresh(row)
        return False
    return True


def _lose(session: Session, row: Registration, claim: str, now: datetime) -> Entered:
    """Somebody was first: this one is over, and linked to theirs for the administrator."""
    rival = find_rival(session, claim, row.registration_id)
    row.code_digest = row.code_until = None
    row.reason, row.linked_to = Reason.DUPLICATE, rival.registration_id if rival else None
    row.decided_at, row.decided_by = now, APPLICANT.reference
    step_to(session, row, State.REJECTED, by=APPLICANT, now=now)
    words = say_rival(rival) if rival else "Somebody has applied for this already."
    return Entered(Answer.TAKEN, words)
