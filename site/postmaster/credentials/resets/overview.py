"""What the page of an account says of its password, its questions and its last resets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.accounts.rules import Kind
from postmaster.accounts.tables import Account
from postmaster.credentials.answers.reads import get_set_at
from postmaster.credentials.kinds import ChangeReason, find_expiry
from postmaster.credentials.resets.reads import EventRow, list_events
from postmaster.credentials.resets.rules import Deed, find_deed_fault
from postmaster.credentials.resets.signing import find_reason
from postmaster.credentials.resets.standing import read_standing, subject_of
from postmaster.credentials.tables import Credential
from postmaster.days import london_day
from postmaster.policy.reads import get_policy


@dataclass(frozen=True, slots=True)
class Overview:
    """Never the password, and never an answer. Days are None where no password is kept."""

    set_at: datetime | None
    expires_on: date | None
    reason: ChangeReason | None
    questions_at: datetime | None
    events: Sequence[EventRow]
    deeds: Sequence[Deed]


def get_overview(session: Session, account: Account, *, now: datetime) -> Overview:
    """The overview of an account; the caller has asked whether the reader may see it."""
    own = session.get(Credential, subject_of(account.account_id))
    policy = get_policy(session, on=london_day(now))
    standing = read_standing(session, account, policy=policy, now=now)
    return Overview(
        set_at=own.set_at if own is not None else None,
        expires_on=_find_expiry(session, account, own, now=now),
        reason=find_reason(session, account, own, now=now) if own is not None else None,
        questions_at=get_set_at(session, account_id=account.account_id),
        events=list_events(session, account_id=account.account_id),
        deeds=[deed for deed in Deed if find_deed_fault(deed, standing) is None],
    )


def _find_expiry(
    session: Session, account: Account, own: Credential | None, *, now: datetime
) -> date | None:
    if own is None:
        return None
    set_on = london_day(own.set_at)
    return find_expiry(
        Kind(account.kind),
        set_on=set_on,
        then=get_policy(session, on=set_on),
        now=get_policy(session, on=london_day(now)),
    )
