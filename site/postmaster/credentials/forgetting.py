"""Forget what an account that is purged signed in with."""

from sqlalchemy import String, cast, delete, literal, select
from sqlalchemy.orm import Session

from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.credentials.answers.tables import SecurityAnswer
from postmaster.credentials.resets.standing import PREFIX
from postmaster.credentials.resets.tables import TemporaryPassword
from postmaster.credentials.tables import Credential, CredentialHistory


def forget_purged(session: Session, *, first: int, last: int) -> None:
    """Delete passwords and questions of the purged accounts in a range; resets stay as counts."""
    gone = Account.account_id.between(first, last) & (Account.status == Status.PURGED)
    numbers = select(Account.account_id).where(gone)
    subjects = select(literal(PREFIX) + cast(Account.account_id, String)).where(gone)
    for table in (SecurityAnswer, TemporaryPassword):
        session.execute(delete(table).where(table.account_id.in_(numbers)))
    for owned in (CredentialHistory, Credential):
        session.execute(delete(owned).where(owned.subject.in_(subjects)))
