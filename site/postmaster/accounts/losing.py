"""What an account loses when it leaves or is disabled, and the day a disabled one is kept until."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.access.actions import end_roles
from postmaster.access.actors import Actor, system
from postmaster.accounts.changes import note
from postmaster.accounts.tables import Account
from postmaster.audit.actions import Changes


def end_own_roles(session: Session, row: Account, *, why: str, now: datetime) -> None:
    """End every role of the account's owner, in the transaction of the step that costs them.

    The service itself ends them: whoever may mark a leaver need not be one who may give the role,
    and a leaver keeps none of them whoever marked it. The step's own entry names the person.
    """
    end_roles(session, address_key=row.address_key, by=system(f"accounts {why}"), now=now)


def change_disabled_day(
    session: Session, row: Account, until: date | None, *, by: Actor, now: datetime
) -> None:
    """Another day until which an account is meant to be disabled; its clock stays."""
    before, row.disabled_until = row.disabled_until, until
    changes: Changes = {"disabled_until": (_say(before), _say(until))}
    note(session, row, "accounts.disable-until", changes, by=by, now=now)


def _say(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
