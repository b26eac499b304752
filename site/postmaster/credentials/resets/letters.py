"""What is sent when a password is reset: the text message, and the letter that it changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.accounts.tables import Account
from postmaster.outbox.actions import owe
from postmaster.outbox.rules import MessageChannel


def owe_temporary(
    session: Session,
    account: Account,
    *,
    password: str,
    lasts: str,
    sign_in_at: str,
    cause_key: str,
    now: datetime,
) -> None:
    """Owe the text message with a temporary password. It does not say whose account it opens."""
    owe(
        session,
        cause="credentials.temporary",
        cause_key=cause_key,
        recipient=account.mobile or "",
        subject="Text message",
        text=(
            f"Your temporary mail password is {password} and lasts {lasts}.\n"
            f"Sign in at {sign_in_at} and choose a new one.\n"
            "Nobody will ever ask you for it.\n"
        ),
        template="temporary-1",
        is_secret=True,
        channel=MessageChannel.SMS,
        now=now,
    )


def owe_changed(session: Session, account: Account, *, now: datetime) -> None:
    """Tell the owner that the password changed, in case it was somebody else."""
    owe(
        session,
        cause="credentials.changed",
        cause_key=f"{account.account_id}-{now.isoformat()}",
        recipient=account.address_key,
        subject="Your mail password was changed",
        text=(
            f"The password of {account.address} was changed.\n\n"
            "If that was you, there is nothing to do. Put the new password into every telephone "
            "and program that reads this mailbox, or the old one will lock it.\n\n"
            "If it was not you, tell your Local Administrator now.\n"
        ),
        template="changed-1",
        is_secret=False,
        now=now,
    )
