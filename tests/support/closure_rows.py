"""An outcome and a move into a container, as rows."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.closures.rules import ItemState, Outcome, PlanState
from postmaster.closures.stages import Stage
from postmaster.closures.tables import ClosureItem, ClosurePlan, ContainerMove
from postmaster.organisations.rules import Kind as OrganisationKind
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.rules import SuccessionType
from postmaster.organisations.tables import Organisation, Succession


def put_plan(session: Session, *, organisation: str, now: datetime) -> int:
    """A paused outcome of an organisation with one account; gives its number."""
    plan = ClosurePlan(
        organisation=organisation,
        outcome=Outcome.LEAVER,
        is_national=False,
        state=PlanState.PAUSED,
        created_at=now,
        created_by="person:another",
        policy_version="2022",
        checkpoint=0,
    )
    account = _put_account(session, organisation, "stays", now)
    session.add(plan)
    session.flush()
    session.add(
        ClosureItem(
            plan_id=plan.plan_id, account_id=account, kind=Kind.PERSON, state=ItemState.WAITING
        )
    )
    session.flush()
    return plan.plan_id


def put_move(session: Session, *, organisation: str, target: str, now: datetime) -> int:
    """A move that was asked for; gives its number."""
    account = _put_account(session, organisation, "moves", now)
    move = ContainerMove(
        account_id=account,
        from_organisation=organisation,
        target=target,
        why="A pharmacy",
        state=Stage.ASKED,
        asked_at=now,
        asked_by="person:another",
        tries=0,
    )
    session.add(move)
    session.flush()
    return move.move_id


def put_deleted(session: Session, *, organisation: str, now: datetime) -> int:
    """A deleted account of a closed organisation that this one took over; gives its number."""
    code = f"{organisation}OLD"
    session.add(
        Organisation(
            ods_code=code, name=code, kind=OrganisationKind.ORGANISATION, search_key=code.lower(),
            status=OrganisationStatus.CLOSED, closed_on=now.date(),
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Succession(
            predecessor=code, successor=organisation, effective_on=now.date(),
            type=SuccessionType.MERGE,
        )
    )  # fmt: skip
    account_id = _put_account(session, code, "gone", now)
    row = session.get_one(Account, account_id)
    row.status, row.prior_status, row.status_since = Status.DELETED, Status.LEAVER, now
    session.flush()
    return account_id


def _put_account(session: Session, organisation: str, word: str, now: datetime) -> int:
    address = f"{word}@{organisation.lower()}.nhs.uk"
    account = make_row(
        address, "Somebody", kind=Kind.PERSON, organisation=organisation, status=Status.ACTIVE,
        now=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account.account_id
