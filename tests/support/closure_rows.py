"""An outcome and a move into a container, as rows."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import Kind, Status
from postmaster.closures.rules import ItemState, Outcome, PlanState
from postmaster.closures.stages import Stage
from postmaster.closures.tables import ClosureItem, ClosurePlan, ContainerMove


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


def _put_account(session: Session, organisation: str, word: str, now: datetime) -> int:
    address = f"{word}@{organisation.lower()}.nhs.uk"
    account = make_row(
        address, "Somebody", kind=Kind.PERSON, organisation=organisation, status=Status.ACTIVE,
        now=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account.account_id
