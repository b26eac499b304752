"""Use of an account, and a wish to keep it: what idleness is counted from."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.changes import Step, check_alive, get_for, move_to, note
from postmaster.accounts.rules import ALIVE, AccountError, Status
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy


class Source(StrEnum):
    """What kind of use it was."""

    SIGN_IN = "sign_in"
    SENDING = "sending"
    PASSWORD = "password"  # nosec B105 # noqa: S105 - a kind of use, no password


_COLUMNS = {
    Source.SIGN_IN: "last_sign_in_at",
    Source.SENDING: "last_sent_at",
    Source.PASSWORD: "last_password_at",  # pragma: allowlist secret - a column of times
}
_COUNTS = {
    Source.SIGN_IN: Key.SIGN_IN_COUNTS,
    Source.SENDING: Key.SENDING_COUNTS,
    Source.PASSWORD: Key.PASSWORD_COUNTS,
}


@acts(Action.ACCOUNTS_STATE)
def record_activity(
    session: Session, *, account_id: int, source: Source, at: datetime, by: Actor, now: datetime
) -> bool:
    """Note that an account was used; gives whether anything was written.

    Written once per London day and kind of use, and never backwards: a late report changes nothing.
    What counts by the policy of that day moves the idle clock and wakes an inactive account.

    Raises:
        AccountError: there is no such account.
    """
    row = session.scalar(select(Account).where(Account.account_id == account_id))
    if row is None:
        raise AccountError("There is no such account. It may have been purged.")
    if row.status not in ALIVE or not _is_news(row, source, at):
        return False
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    session.refresh(row)
    if row.status not in ALIVE or not _is_news(row, source, at):
        return False
    setattr(row, _COLUMNS[source], at)
    policy = get_policy(session, on=london_day(at))
    if policy[_COUNTS[source]]:
        row.idle_since = max(row.idle_since, at)
        is_later = row.status_since is None or at >= row.status_since
        if row.status == Status.INACTIVE and is_later:
            step = Step("accounts.wake", source, policy.version)
            move_to(session, row, Status.ACTIVE, step, by=by, now=now)
    session.flush()
    return True


@acts(Action.ACCOUNTS_STATE)
def keep_account(session: Session, *, account_id: int, by: Actor, now: datetime) -> None:
    """Somebody wishes to keep the account: no sweep takes it before a fresh idle period is over.

    An inactive account is active again. A leaver stays one; cancelling the mark is another act.

    Raises:
        AccountError: it is deleted.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    check_alive(row)
    policy = get_policy(session, on=london_day(now))
    until = now + timedelta(days=policy[Key.INACTIVE_AFTER_DAYS])
    before, row.spared_until = row.spared_until, until
    row.counted_from = row.idle_since = now
    if row.status == Status.INACTIVE:
        step = Step("accounts.keep", None, policy.version)
        move_to(session, row, Status.ACTIVE, step, by=by, now=now)
        return
    changes = {"spared_until": (before.isoformat() if before else None, until.isoformat())}
    note(session, row, "accounts.keep", changes, by=by, now=now)


def _is_news(row: Account, source: Source, at: datetime) -> bool:
    """Whether it is the first such use of its day, or since the account became inactive."""
    known: datetime | None = getattr(row, _COLUMNS[source])
    if known is None or london_day(known) < london_day(at):
        return True
    since = row.status_since if row.status == Status.INACTIVE else None
    return since is not None and known < since <= at
