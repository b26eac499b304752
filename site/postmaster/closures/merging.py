"""A merger whole: the organisations, and on request what they have with them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.tables import RoleGrant
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.closures.actions import decide_outcome, make_choice
from postmaster.closures.lists import ListOutcome, has_lists, settle_lists
from postmaster.closures.roles import settle_roles
from postmaster.closures.rules import Outcome
from postmaster.entitlements.inheriting import settle_features
from postmaster.organisations.succeeding import Merger, merge_organisations


class RolesThen(StrEnum):
    """What becomes of the roles held for those who merge."""

    LATER = "later"
    END = "end"
    MOVE = "move"


@acts(Action.ORGANISATIONS_WRITE)
def merge(
    session: Session,
    *,
    merger: Merger,
    moves_accounts: bool,
    roles: RolesThen,
    by: Actor,
    now: datetime,
) -> list[int]:
    """Merge, and begin to move everything; gives the numbers of the plans that move the accounts.

    Lists and features go with the accounts. Without it everything stays on the worklists of those
    who closed.

    Raises:
        postmaster.organisations.rules.OrganisationError: the merger cannot be.
    """
    codes, successor = merge_organisations(session, merger=merger, by=by, now=now)
    plans = []
    for code in codes:
        if roles is not RolesThen.LATER and _has_roles(session, code):
            target = successor if roles is RolesThen.MOVE else None
            settle_roles(session, organisation=code, target=target, by=by, now=now)
        if moves_accounts and _has_accounts(session, code):
            choice = make_choice(
                session, organisation=code, outcome=Outcome.TRANSFER, target=successor,
                by=by,
            )  # fmt: skip
            plans.append(decide_outcome(session, choice=choice, by=by, now=now))
        if moves_accounts:
            _move_rest(session, code, successor, by=by, now=now)
    return plans


def _move_rest(session: Session, code: str, successor: str, *, by: Actor, now: datetime) -> None:
    """Lists go along with their owners and members; features are computed for the successor."""
    if has_lists(session, code):
        settle_lists(
            session, organisation=code, outcome=ListOutcome.TRANSFER, target=successor,
            by=by, now=now,
        )  # fmt: skip
    settle_features(session, organisation=code, successor=successor, by=by, now=now)


def _has_roles(session: Session, code: str) -> bool:
    held = select(func.count()).where(RoleGrant.scope == code, RoleGrant.ended_at.is_(None))
    return bool(session.scalar(held))


def _has_accounts(session: Session, code: str) -> bool:
    have = select(Account.account_id).where(
        Account.organisation == code, Account.status != Status.PURGED
    )
    return session.scalar(have.limit(1)) is not None
