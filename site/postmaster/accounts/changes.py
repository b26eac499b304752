"""One account's change of status or organisation: the row, its history and its audit together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.rules import (
    AccountError,
    Kind,
    Status,
    find_step_fault,
    fold_address,
    fold_name,
)
from postmaster.accounts.tables import Account, AccountChange
from postmaster.audit.actions import Changes, Value, only_changed, record
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Step:
    """What an act did: its name, why, and by which policy."""

    action: str
    reason_code: str | None = None
    policy_version: str | None = None


def make_row(
    address: str, name: str, *, kind: Kind, organisation: str, status: Status, now: datetime
) -> Account:
    """A row for a new account, its keys folded and all its clocks begun; not yet added."""
    return Account(
        address=address.strip(),
        address_key=fold_address(address),
        name=name.strip(),
        name_key=fold_name(name),
        kind=kind,
        organisation=organisation,
        status=status,
        status_since=now,
        created_at=now,
        counted_from=now,
        idle_since=now,
    )


def get_for(session: Session, account_id: int, action: Action, by: Actor) -> Account:
    """The account, to be changed by somebody who may do this to it.

    Raises:
        AccountError: there is none.
        postmaster.access.acting.RefusedError: the matrix says no.
    """
    row = session.scalar(select(Account).where(Account.account_id == account_id).with_for_update())
    if row is None:
        raise AccountError("There is no such account. It may have been purged.")
    ensure(by, action, target_of(session, row))
    return row


def check_unchanged(session: Session, account_id: int, revision: int | None) -> None:
    """Refuse what was decided on a page that is no longer true; the row stays locked.

    Raises:
        AccountError: somebody changed the account since.
    """
    now = session.scalar(
        select(Account.revision).where(Account.account_id == account_id).with_for_update()
    )
    if now is not None and now != revision:
        raise AccountError(
            "Somebody changed this account since you opened the page. Nothing was done: look at "
            "it again, and decide anew."
        )


def target_of(session: Session, row: Account) -> Target:
    """The account as the matrix is asked about it."""
    above = get_above(session, organisation=row.organisation)
    return Target("account", str(row.account_id), row.organisation, above)


def move_to(
    session: Session,
    row: Account,
    wanted: Status,
    step: Step,
    *,
    organisation: str | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Give the account another status, and another organisation with it when one is named.

    Raises:
        AccountError: that status cannot follow.
    """
    before = Status(row.status)
    if (fault := find_step_fault(before, wanted)) is not None:
        raise AccountError(fault)
    change = _remember(row, step, now=now, by=by)
    row.prior_status = before
    row.status, row.status_since = wanted, now
    row.reason_code, row.policy_version = step.reason_code, step.policy_version
    row.organisation = organisation or row.organisation
    _finish(session, row, change, step, by=by, now=now)


def move_organisation(
    session: Session, row: Account, organisation: str, step: Step, *, by: Actor, now: datetime
) -> None:
    """Put the account into another organisation; its status and every clock stay."""
    change = _remember(row, step, now=now, by=by)
    row.organisation = organisation
    _finish(session, row, change, step, by=by, now=now)


def note(
    session: Session,
    row: Account,
    action: str,
    changes: Changes,
    *,
    personal: Mapping[str, Value] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Audit a change that is no step of the lifecycle, and count the row's revision up."""
    row.revision += 1
    session.flush()
    record(
        session,
        action=action,
        kind="account",
        key=str(row.account_id),
        organisation=row.organisation,
        changes=only_changed(changes),
        personal=personal,
        by=by.reference,
        now=now,
    )


def check_alive(row: Account, *kinds: Kind) -> None:
    """Refuse an account that is deleted, or not of the kinds an act is for.

    Raises:
        AccountError: with what to do.
    """
    if row.status in {Status.DELETED, Status.PURGED}:
        raise AccountError("The account is deleted. Restore it first, while it can be.")
    if kinds and Kind(row.kind) not in kinds:
        raise AccountError("This is not done to an account of this kind.")


def find_days(row: Account, today: date) -> int:
    """How many days in London ago the account's status began; 0 where nobody knows."""
    return 0 if row.status_since is None else (today - london_day(row.status_since)).days


def check_in_time(row: Account, policy: Policy, today: date) -> None:
    """Refuse a joiner after the days a leaver is kept.

    Raises:
        AccountError: with what to do instead.
    """
    days = policy[Key.LEAVER_KEPT_DAYS]
    if find_days(row, today) > days:
        raise AccountError(
            f"It was marked as a leaver more than {days} days ago. Ask the administrator of "
            f"{row.organisation} to cancel the mark and set it anew; then accept it here."
        )


def _remember(row: Account, step: Step, *, now: datetime, by: Actor) -> AccountChange:
    return AccountChange(
        account_id=row.account_id,
        changed_at=now,
        changed_by=by.reference,
        action=step.action,
        reason_code=step.reason_code,
        policy_version=step.policy_version,
        before_status=row.status,
        before_since=row.status_since,
        before_prior=row.prior_status,
        before_reason=row.reason_code,
        before_version=row.policy_version,
        before_organisation=row.organisation,
    )


def _finish(
    session: Session, row: Account, change: AccountChange, step: Step, *, by: Actor, now: datetime
) -> None:
    changes = {
        "status": (change.before_status, row.status),
        "organisation": (change.before_organisation, row.organisation),
        "reason": (change.before_reason, row.reason_code),
    }
    note(session, row, step.action, changes, by=by, now=now)
    change.to_status, change.to_organisation = row.status, row.organisation
    change.revision = row.revision
    session.add(change)
    session.flush()
