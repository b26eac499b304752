"""The letters to an account's owner, in plain words, owed to the outbox."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from postmaster.accounts.rules import KIND_WORDS, Kind
from postmaster.accounts.tables import Account
from postmaster.days import london_day, say_day
from postmaster.organisations.tables import Organisation
from postmaster.outbox.actions import owe
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy


def owe_leaver_letter(session: Session, row: Account, policy: Policy, *, now: datetime) -> None:
    """Tell the owner that they were marked as a leaver, until when they can join, and whom to ask.

    Owed once per mark: the account's revision tells one mark from the next.
    """
    name = session.get_one(Organisation, row.organisation).name
    last = london_day(now) + timedelta(days=policy[Key.LEAVER_KEPT_DAYS])
    text = (
        f"The account {row.address} was marked as a leaver of {name} ({row.organisation}) "
        f"on {say_day(london_day(now))}.\n\n"
        "It goes on working for now. Roles of an administrator have ended.\n\n"
        "If you move to another organisation of the service, ask the local administrator there "
        f"to accept your account by {say_day(last)}. You keep the account, its mail and your "
        "shared mailboxes.\n\n"
        "If nobody accepts it, it will be deleted. We write to you again before that.\n\n"
        f"If you are not leaving, tell the local administrator of {name} now.\n"
    )
    _owe(
        session, row, "accounts.leave", to=row, text=text, template="leaver-1", now=now,
        subject=f"Your account was marked as a leaver of {row.organisation}",
    )  # fmt: skip


def owe_restored_letter(
    session: Session, row: Account, deleted_at: datetime | None, *, now: datetime
) -> None:
    """Tell the owner that the deleted account is back, where, and what did not come back with it.

    Once a restore: the account's revision tells one from the next.
    """
    name = session.get_one(Organisation, row.organisation).name
    was = "" if deleted_at is None else f", which was deleted on {say_day(london_day(deleted_at))},"
    text = (
        f"The account {row.address}{was} was restored on {say_day(london_day(now))}. It belongs "
        f"to {name} ({row.organisation}).\n\n"
        "Its mail is there again, and so are the shared mailboxes that were taken from it and "
        "still exist. Roles of an administrator are not.\n\n"
        f"If you did not expect this, tell the local administrator of {name}.\n"
    )
    _owe(
        session, row, "accounts.restore", to=row, text=text, template="restored-1", now=now,
        subject=f"Your account was restored in {row.organisation}",
    )  # fmt: skip


def owe_application_letter(
    session: Session, row: Account, policy: Policy, *, now: datetime
) -> None:
    """Tell whoever answers for an account that its kind changed, and what must be done at once."""
    owner = session.get(Account, row.owner_id) if row.owner_id is not None else row
    if owner is None:
        return
    is_application = row.kind == Kind.APPLICATION
    length = policy[Key.APPLICATION_PASSWORD_MIN_LENGTH]
    months = policy[Key.APPLICATION_PASSWORD_EXPIRES_MONTHS]
    rules = (
        f"It needs {length} characters or more, with capital and small letters and a number or a "
        f"symbol, and is changed every {months} months.\n\n"
        "Mail deleted from this account can no longer be brought back once Deleted Items is "
        "emptied.\n"
    )
    text = (
        f"The account {row.address} is {KIND_WORDS[Kind(row.kind)].lower()} from "
        f"{say_day(london_day(now))}.\n\n"
        "Its password must be changed now, even if the old one was long enough. "
        + (rules if is_application else "\n")
    )
    _owe(
        session, row, "accounts.convert", to=owner, text=text, template="conversion-1", now=now,
        subject=f"The account {row.address} has another kind",
    )  # fmt: skip


def _owe(
    session: Session,
    row: Account,
    cause: str,
    *,
    to: Account,
    subject: str,
    text: str,
    template: str,
    now: datetime,
) -> None:
    """Owe a letter once for what was done: the account's revision tells one time from the next."""
    owe(
        session,
        cause=cause,
        cause_key=f"{row.account_id}-{row.revision}",
        recipient=to.address_key,
        subject=subject,
        text=text,
        template=template,
        is_secret=False,
        now=now,
    )
