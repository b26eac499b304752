"""The messages people get about their own sign-in, owed to the outbox in plain text."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.people.means import Means
from lamppost.wording import say_date
from postmaster.outbox.actions import owe


def owe_invitation(
    session: Session,
    means: Means,
    *,
    invitation_id: UUID,
    recipient: str,
    link: str,
    expires_at: datetime,
    now: datetime,
) -> None:
    """The link, once; the outbox blanks the body when the message is accepted."""
    text = (
        f"You are invited to sign in to {means.service_name}.\n\n"
        f"Choose a password and set up an authenticator here:\n{link}\n\n"
        f"The link works once, until {say_date(london_date(expires_at))}. "
        "If you do not know why you were invited, do nothing.\n"
    )
    owe(
        session,
        cause="people.invite",
        cause_key=str(invitation_id),
        recipient=recipient,
        subject=f"Your invitation to {means.service_name}",
        text=text,
        template="invitation-1",
        is_secret=True,
        now=now,
    )


def owe_password_notice(
    session: Session, means: Means, *, person_id: str, recipient: str, now: datetime
) -> None:
    """That the password was changed, in case it was somebody else."""
    _owe_notice(
        session,
        means,
        cause="people.password",
        cause_key=f"{person_id}:{int(now.timestamp())}",
        recipient=recipient,
        what="Your password was changed",
        now=now,
    )


def owe_replacement_notice(
    session: Session, means: Means, *, person_id: str, recipient: str, now: datetime
) -> None:
    """That another authenticator took the place of theirs, in case it was somebody else."""
    _owe_notice(
        session,
        means,
        cause="people.replaced_factor",
        cause_key=f"{person_id}:{int(now.timestamp())}",
        recipient=recipient,
        what="Another authenticator app took the place of yours",
        now=now,
    )


def owe_factor_notice(
    session: Session, means: Means, *, reset_id: UUID, recipient: str, now: datetime
) -> None:
    """That the second factor was reset, in case nobody asked for it."""
    _owe_notice(
        session,
        means,
        cause="people.factor",
        cause_key=str(reset_id),
        recipient=recipient,
        what="Your authenticator was reset; set up a new one when you next sign in",
        now=now,
    )


def _owe_notice(
    session: Session,
    means: Means,
    *,
    cause: str,
    cause_key: str,
    recipient: str,
    what: str,
    now: datetime,
) -> None:
    owe(
        session,
        cause=cause,
        cause_key=cause_key,
        recipient=recipient,
        subject=f"Your sign-in to {means.service_name}",
        text=f"{what}.\n\nIf this was not you, tell your administrator at once: {means.base_url}\n",
        template="notice-1",
        is_secret=False,
        now=now,
    )
