"""Remind of passwords that are soon over: found by the day they were set, owed once each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import ALIVE, Kind
from postmaster.accounts.tables import Account
from postmaster.credentials.kinds import find_expiry, list_reminder_days
from postmaster.credentials.resets.standing import PREFIX
from postmaster.credentials.tables import Credential
from postmaster.days import london_day, say_day, start_of
from postmaster.outbox.actions import owe
from postmaster.policy.numbers import DatedNumber
from postmaster.policy.reads import list_numbers
from postmaster.policy.rules import Policy, policy_on

# No password of any era lasts longer than the register's bounds let it: ten years.
_LONGEST = timedelta(days=3660)
SIGNED_IN_KINDS = (Kind.PERSON, Kind.APPLICATION)


@dataclass(frozen=True, slots=True)
class Due:
    """Passwords of a kind that were set on a day and end so many days from now."""

    kind: Kind
    set_on: date
    expires_on: date


def owe_reminders(session: Session, *, now: datetime) -> int:
    """Owe every reminder of today; gives how many. Owing them again changes nothing.

    An application account's goes to whoever answers for it, as well as to the account.
    """
    owed = 0
    for due in list_due(list_numbers(session), today=london_day(now)):
        for account, set_at in _list_accounts(session, due):
            owners = [account, session.get(Account, account.owner_id or 0)]
            for recipient in {one.address_key for one in owners if one is not None}:
                _owe(session, account, recipient, due, set_at, now=now)
                owed += 1
    return owed


def list_due(numbers: Sequence[DatedNumber], *, today: date) -> Iterator[Due]:
    """Which passwords are reminded of today: of which kind, set on which day."""
    policy = policy_on(numbers, today)
    reminders = set(list_reminder_days(policy))
    first = min(number.holds_from for number in numbers)
    day = max(first, today - _LONGEST)
    then: Policy | None = None
    begins = {number.holds_from for number in numbers}
    while day <= today:
        if then is None or day in begins:
            then = policy_on(numbers, day)
        for kind in SIGNED_IN_KINDS:
            expires_on = find_expiry(kind, set_on=day, then=then, now=policy)
            if (expires_on - today).days in reminders:
                yield Due(kind, day, expires_on)
        day += timedelta(days=1)


def _list_accounts(session: Session, due: Due) -> list[tuple[Account, datetime]]:
    """The accounts of the kind whose password was set on the day and is still theirs to change."""
    rows = session.execute(
        select(Credential.subject, Credential.set_at).where(
            Credential.set_at >= start_of(due.set_on),
            Credential.set_at < start_of(due.set_on + timedelta(days=1)),
            Credential.subject.startswith(PREFIX),
            Credential.must_change.is_(False),
        )
    )
    set_at = {int(subject.removeprefix(PREFIX)): at for subject, at in rows}
    accounts = session.scalars(
        select(Account)
        .where(Account.account_id.in_(set_at), Account.kind == due.kind)
        .where(Account.status.in_(ALIVE))
        .order_by(Account.account_id)
    )
    return [(account, set_at[account.account_id]) for account in accounts]


def _owe(
    session: Session,
    account: Account,
    recipient: str,
    due: Due,
    set_at: datetime,
    *,
    now: datetime,
) -> None:
    days = (due.expires_on - london_day(now)).days
    owe(
        session,
        cause="credentials.remind",
        cause_key=f"{account.account_id}-{set_at.isoformat()}-{days}",
        recipient=recipient,
        subject=f"A mail password is over on {say_day(due.expires_on)}",
        text=(
            f"The password of {account.address} can last be used on {say_day(due.expires_on)}.\n\n"
            "Change it before, and then on every telephone and program that reads this mailbox. "
            "After that day you are asked for a new one when you next sign in, and programs that "
            "send from it stop.\n\n"
            "We never ask for a password, and this letter has no link to follow.\n"
        ),
        template="remind-1",
        is_secret=False,
        now=now,
    )
