"""Which organisation an account came from when it moved into a container: kept beside it."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.changes import get_for, note
from postmaster.audit.actions import Changes


@acts(Action.ACCOUNTS_STATE)
def keep_sponsor(
    session: Session, *, account_id: int, sponsor: str, by: Actor, now: datetime
) -> None:
    """Write down who sponsored an account before it moved.

    Raises:
        postmaster.accounts.rules.AccountError: there is no such account.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    changes: Changes = {"sponsor": (row.sponsor, sponsor)}
    row.sponsor = sponsor
    note(session, row, "accounts.sponsor", changes, by=by, now=now)
