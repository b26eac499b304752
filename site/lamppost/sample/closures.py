"""The sample's closings: every kind of succession, outcomes decided, a move at each of its steps.

Written over the accounts of `accounts`; how long ago each closed follows from the day of loading.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actions import grant_role
from postmaster.access.actors import system
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account, AccountAlias
from postmaster.closures.actions import decide_outcome, make_choice
from postmaster.closures.rules import Outcome
from postmaster.closures.stages import Stage
from postmaster.closures.tables import ContainerMove
from postmaster.days import london_day
from postmaster.lifecycle.moving import run_plan_chunk
from postmaster.organisations.actions import close_organisation, start_closing
from postmaster.organisations.succeeding import Merger, merge_organisations, note_ods_closing
from postmaster.policy.actions import enter_presets

BY = system("sample")
# Closed so many days ago: code, days, successors, successors that are not on the service.
CLOSED = (
    ("Y90062", 400, ("Y90063",), ()),
    ("Y90063", 120, ("Y90060",), ()),
    ("Y90071", 45, (), ("ZZ971",)),
    ("RX104", 12, ("RX102",), ()),
)
MERGED = (("Y90064", "Y90065"), "Y90060", 9)
LAGGING = ("Y90081", 20)
# The numbers, within RX1, of the accounts that move into the pharmacy container, by step: when it
# was asked for and when the leaver was marked, in days ago.
MOVES = (
    (16, Stage.ASKED, 3, None),
    (17, Stage.LEAVING, 14, 10),
    (18, Stage.LEAVING, 50, 41),
    (19, Stage.JOINED, 60, 55),
    (20, Stage.REFUSED, 21, None),
    (21, Stage.CANCELLED, 30, None),
)
OLD, TARGET = "RX1", "FX001"


def add_closures(session: Session, *, now: datetime) -> int:
    """Close some organisations, decide some outcomes, begin some moves, once; gives the moves."""
    if session.scalar(select(func.count()).select_from(ContainerMove)):
        return 0
    enter_presets(session, by=BY.reference, now=now)
    _close_some(session, now)
    _decide_some(session, now)
    first = session.scalars(
        select(func.min(Account.account_id)).where(Account.organisation == OLD)
    ).one()
    for number, stage, asked, marked in MOVES:
        asked_at = now - timedelta(days=asked)
        marked_at = None if marked is None else now - timedelta(days=marked)
        _move(session, first + number, stage, asked_at, marked_at)
    session.flush()
    return len(MOVES)


def add_closed_roles(session: Session, *, now: datetime) -> None:
    """A role held for an organisation that has closed: it needs an outcome too."""
    found = session.execute(
        select(RoleGrant.person_id, RoleGrant.address_key).where(
            RoleGrant.role == Role.LOCAL_HELPDESK, RoleGrant.ended_at.is_(None)
        )
    ).first()
    if found is not None:
        grant_role(
            session, person_id=found.person_id, address_key=found.address_key,
            role=Role.LOCAL_HELPDESK, scope="RX104", by=BY, now=now,
        )  # fmt: skip


def _close_some(session: Session, now: datetime) -> None:
    for code, days, successors, elsewhere in CLOSED:
        close_organisation(
            session,
            ods_code=code,
            successors=successors,
            elsewhere=elsewhere,
            closed_on=london_day(now - timedelta(days=days)),
            by=BY,
            now=now,
        )
    codes, successor, days = MERGED
    day = london_day(now - timedelta(days=days))
    merger = Merger(codes, successor, day, "Ashfield Medical Partnership", "ashfield")
    merge_organisations(session, merger=merger, by=BY, now=now)
    code, days = LAGGING
    day = london_day(now - timedelta(days=days))
    note_ods_closing(session, ods_code=code, ods_closed_on=day, by=BY, now=now)
    start_closing(
        session, ods_code="Y90050", closes_on=london_day(now + timedelta(days=30)),
        successors=["Y90030"], by=BY, now=now,
    )  # fmt: skip


def _decide_some(session: Session, now: datetime) -> None:
    """One closed practice moved whole, and what nobody takes over given up."""
    for code, outcome, target, kinds in (
        ("Y90012", Outcome.TRANSFER, "Y90010", ()),
        ("Y90041", Outcome.DELETE, "", (Kind.SHARED, Kind.RESOURCE)),
        ("Y90013", Outcome.TRANSFER, "Y90010", (Kind.SHARED,)),
    ):
        choice = make_choice(
            session, organisation=code, outcome=outcome, target=target, kinds=kinds, by=BY
        )
        plan_id = decide_outcome(session, choice=choice, by=BY, now=now)
        is_over = False
        while not is_over:
            is_over = run_plan_chunk(session, plan_id=plan_id, by=BY, now=now).is_over


def _move(
    session: Session, account_id: int, stage: Stage, asked_at: datetime, marked_at: datetime | None
) -> None:
    """A move as it stands at a step, and its account with it."""
    account = session.get_one(Account, account_id)
    move = ContainerMove(
        account_id=account_id,
        from_organisation=OLD,
        target=TARGET,
        why="Works at Abacus Pharmacy; the account was sponsored by the trust",
        state=stage,
        asked_at=asked_at,
        asked_by=BY.reference,
        tries=0 if marked_at is None else 1,
    )
    if marked_at is not None:
        move.marked_at, move.marked_by = marked_at, BY.reference
        move.due_on = london_day(marked_at + timedelta(days=30))
    if stage is Stage.LEAVING:
        account.prior_status, account.status = account.status, Status.LEAVER
        account.status_since, account.reason_code = marked_at, "moving"
    if stage is Stage.JOINED and marked_at is not None:
        joined_at = marked_at + timedelta(days=6)
        move.joined_at, move.joined_by = joined_at, BY.reference
        move.new_address = f"abacus{account_id}@nhs.net"
        move.alias_until = london_day(joined_at + timedelta(days=90))
        alias = AccountAlias(
            address_key=account.address_key, account_id=account_id, receives_until=move.alias_until
        )
        account.address = account.address_key = move.new_address
        account.organisation, account.sponsor = TARGET, OLD
        session.add(alias)
    if stage in {Stage.REFUSED, Stage.CANCELLED}:
        move.ended_at, move.ended_by = asked_at + timedelta(days=2), BY.reference
        move.ended_why = "Works on a ward of the trust, not in a pharmacy"
    session.add(move)
