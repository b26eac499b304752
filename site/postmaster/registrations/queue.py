"""The queue of registrations, one of them with its checks, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.rules import ALIVE
from postmaster.accounts.tables import Account, MailboxMember
from postmaster.days import london_day
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.tables import Organisation
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import Policy
from postmaster.registrations.checks import Answers, Check, Home, list_checks
from postmaster.registrations.matching import Match, find_match
from postmaster.registrations.reads import get_standing
from postmaster.registrations.regions import Region
from postmaster.registrations.renaming import wanted_name
from postmaster.registrations.rules import Person, SitePolicy, State, site_policy
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.steps import list_people
from postmaster.registrations.tables import Applicant, Registration

HOME = "/admin/registrations/"
KEY = (Registration.registration_id,)
MOST_OTHERS = 20
# What nobody sent in yet is the applicant's alone; a code that was sent can be sent again.
SHOWN = (State.CODE_SENT, State.VERIFIED, State.PROVISIONED, State.REJECTED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One registration in the list."""

    registration_id: int
    reference: str
    sector: Sector
    region: Region
    ods_code: str
    site_name: str
    state: State
    since: datetime


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody named, the account they were found to have, and what became of them."""

    row: Applicant
    person: Person
    match: Match | None


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """One registration with everything a decision needs.

    `live` is how many living accounts are in its mailbox; `wanted` what the mailbox would be called
    if it were made today, when that differs.
    """

    row: Registration
    people: Sequence[NamedPerson]
    checks: Sequence[Check]
    others: Sequence[QueueRow]
    policy: SitePolicy
    mailbox: str | None
    live: int
    wanted: str | None
    may_decide: bool


def select_registrations(
    *,
    reader: Actor,
    sector: Sector | None = None,
    state: State | None = None,
    few: Policy | None = None,
) -> Select[*tuple[Any, ...]]:
    """The registrations of the reader's sectors that were sent in, the key first; not ordered.

    `few`: those alone whose mailbox has fewer living accounts than this policy asks for.
    """
    rows = select(
        Registration.registration_id, Registration.reference, Registration.sector,
        Registration.region, Registration.ods_code, Registration.site_name, Registration.state,
        Registration.state_since,
    ).where(_may_see(reader))  # fmt: skip
    if sector is not None:
        rows = rows.where(Registration.sector == sector)
    if few is not None:
        rows = rows.where(_has_few(few))
    return rows if state is None else rows.where(Registration.state == state)


def to_row(row: Row[*tuple[Any, ...]]) -> QueueRow:
    """A row of `select_registrations` as a value."""
    number, reference, sector, region, code, name, state, since = tuple(row)
    return QueueRow(
        number, reference, Sector(sector), Region(region), code, name, State(state), since
    )


def get_registration(
    session: Session, *, reader: Actor, registration_id: int, now: datetime
) -> RegistrationPage | None:
    """One registration; None when there is none, it was not sent in, or it is of another sector."""
    row = session.scalar(
        select(Registration).where(
            Registration.registration_id == registration_id, _may_see(reader)
        )
    )
    if row is None:
        return None
    today = london_day(now)
    people = [
        NamedPerson(applicant, person, _match(session, row, person))
        for applicant, person in list_people(session, registration_id)
    ]
    others = _list_others(session, row, reader)
    mailbox = None if row.mailbox_id is None else session.get(Account, row.mailbox_id)
    wanted = wanted_name(row, now) if mailbox is not None else None
    is_other = wanted is not None and mailbox is not None and mailbox.address != wanted.address
    own = in_scope(reader, Action.REGISTRATIONS_DECIDE, Registration.container)
    mine = select(func.count()).where(Registration.registration_id == registration_id, own)
    return RegistrationPage(
        row=row,
        people=people,
        checks=[] if row.forgotten_at else _check(session, row, people, len(others), today),
        others=others,
        policy=site_policy(get_policy(session, on=today), Sector(row.sector)),
        mailbox=mailbox.address if mailbox else None,
        live=_count_live(session, row.mailbox_id),
        wanted=wanted.address if wanted and is_other else None,
        may_decide=bool(session.scalar(mine)),
    )


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Registrations that wait for this reader's decision."""
    del now
    if not may(reader, Action.REGISTRATIONS_DECIDE).is_allowed:
        return ()
    count, since = session.execute(
        select(func.count(), func.min(Registration.state_since)).where(
            in_scope(reader, Action.REGISTRATIONS_DECIDE, Registration.container),
            Registration.state == State.VERIFIED,
        )
    ).one()
    if not count:
        return ()
    noun = "1 registration waits" if count == 1 else f"{count:,} registrations wait"
    return (Task(count, f"{noun} for a decision", f"{HOME}?state={State.VERIFIED}", since),)


def _check(
    session: Session,
    row: Registration,
    people: Sequence[NamedPerson],
    others: int,
    today: date,
) -> Sequence[Check]:
    sector = Sector(row.sector)
    answers = Answers(
        facts=SECTORS[sector],
        ods_code=row.ods_code,
        site_name=row.site_name,
        is_proven=row.verified_at is not None,
        home=_find_home(session, row),
        people=[(one.person, one.match) for one in people],
        policy=site_policy(get_policy(session, on=today), sector),
        standing=get_standing(session, sector=sector, region=Region(row.region), on=today),
        others=others,
    )
    return list_checks(answers)


def _find_home(session: Session, row: Registration) -> Home | None:
    found = session.get(Organisation, row.ods_code)
    if found is None:
        return None
    is_within = row.container in get_above(session, organisation=row.ods_code)
    return Home(found.name, OrganisationStatus(found.status), is_within)


def _match(session: Session, row: Registration, person: Person) -> Match | None:
    """The account of somebody, while it is still to be decided what becomes of them."""
    if row.state not in {State.CODE_SENT, State.VERIFIED}:
        return None
    return find_match(session, person, container=row.container)


def _list_others(session: Session, row: Registration, reader: Actor) -> Sequence[QueueRow]:
    same = and_(
        Registration.ods_code == row.ods_code,
        Registration.registration_id != row.registration_id,
    )
    rows = select_registrations(reader=reader).where(same)
    newest = rows.order_by(Registration.registration_id.desc()).limit(MOST_OTHERS)
    return [to_row(one) for one in session.execute(newest)]


def _has_few(policy: Policy) -> ColumnElement[bool]:
    """A made mailbox with fewer living accounts than its sector needs; read by its own index."""
    live = _select_live().where(MailboxMember.mailbox_id == Registration.mailbox_id)
    needed = {one.value: site_policy(policy, one).users_least for one in Sector}
    return and_(
        Registration.state == State.PROVISIONED,
        Registration.mailbox_id.is_not(None),
        live.scalar_subquery() < case(needed, value=Registration.sector),
    )


def _count_live(session: Session, mailbox_id: int | None) -> int:
    if mailbox_id is None:
        return 0
    live = _select_live().where(MailboxMember.mailbox_id == mailbox_id)
    return session.scalar(live) or 0


def _select_live() -> Select[int]:
    """How many memberships of living accounts there are, to be narrowed to one mailbox."""
    return (
        select(func.count())
        .select_from(MailboxMember)
        .join(Account, Account.account_id == MailboxMember.account_id)
        .where(MailboxMember.ended_at.is_(None), Account.status.in_(sorted(ALIVE)))
    )


def _may_see(reader: Actor) -> ColumnElement[bool]:
    return and_(
        in_scope(reader, Action.REGISTRATIONS_READ, Registration.container),
        Registration.state.in_(SHOWN),
    )
