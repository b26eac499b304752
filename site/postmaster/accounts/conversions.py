"""A request that an account becomes an application account, or a person's again; asked, decided."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.addresses import refuse
from postmaster.accounts.changes import get_for, note
from postmaster.accounts.letters import owe_application_letter
from postmaster.accounts.process_names import find_process_name_fault
from postmaster.accounts.records import ConversionRow
from postmaster.accounts.rules import (
    ALIVE,
    AccountError,
    Kind,
    Status,
    find_reason_fault,
    fold_address,
    is_locked,
)
from postmaster.accounts.tables import Account, AccountConversion, MailboxMember
from postmaster.days import london_day
from postmaster.policy.reads import get_policy

# What an account may become by a request. A shared mailbox never becomes an application account.
BECOMES = {Kind.PERSON: Kind.APPLICATION, Kind.APPLICATION: Kind.PERSON}


class RequestState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


@acts(Action.ACCOUNTS_STATE)
def ask_conversion(
    session: Session, *, account_id: int, owner: str, why: str, by: Actor, now: datetime
) -> int:
    """Ask that a person's account becomes an application's, or the reverse; gives the number.

    What speaks against the name is kept with the request, for who decides.

    Raises:
        AccountError: it cannot become that, the owner is nobody, or it is asked for already.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_STATE, by)
    _check_fit(session, row, now)
    refuse(find_reason_fault(why.strip()), "why")
    wanted = BECOMES[Kind(row.kind)]
    is_application = wanted is Kind.APPLICATION
    if _find_open(session, account_id) is not None:
        raise AccountError("It is asked for already. Wait until it is decided.")
    request = AccountConversion(
        account_id=account_id,
        wanted=wanted,
        owner_id=_find_owner(session, row, owner) if is_application else None,
        why=why.strip(),
        finding=find_process_name_fault(row.address, row.name) if is_application else None,
        state=RequestState.ASKED,
        asked_at=now,
        asked_by=by.reference,
    )
    session.add(request)
    personal = {"why": request.why}
    changes = {"request": (None, wanted)}
    note(session, row, "accounts.ask-conversion", changes, personal=personal, by=by, now=now)
    return request.conversion_id


@acts(Action.APPLICATIONS_CONVERT)
def decide_conversion(
    session: Session,
    *,
    conversion_id: int,
    is_granted: bool,
    why: str,
    by: Actor,
    now: datetime,
) -> None:
    """Grant or refuse a request. Granting changes the kind and makes a new password due at once.

    Raises:
        AccountError: it is decided, no longer fits, or `why` is missing: a refusal needs one, and
            so does granting a name that something speaks against.
    """
    request = session.get(AccountConversion, conversion_id, with_for_update=True)
    if request is None or request.state != RequestState.ASKED:
        raise AccountError("The request is decided already.")
    row = get_for(session, request.account_id, Action.APPLICATIONS_CONVERT, by)
    if not is_granted or request.finding is not None or why.strip():
        refuse(find_reason_fault(why.strip()), "why")
    request.decided_at, request.decided_by, request.decided_why = now, by.reference, why.strip()
    before = row.kind
    if is_granted:
        _check_fit(session, row, now)
        request.state, request.password_due_at = RequestState.DONE, now
        row.kind, row.owner_id = request.wanted, request.owner_id
        row.counted_from = row.idle_since = now
        owe_application_letter(session, row, get_policy(session, on=london_day(now)), now=now)
    else:
        request.state = RequestState.REFUSED
    changes = {"request": (RequestState.ASKED, request.state), "kind": (before, row.kind)}
    note(session, row, "accounts.convert", changes, personal={"why": why.strip()}, by=by, now=now)


def select_requests(*, reader: Actor, state: RequestState) -> Select[*tuple[Any, ...]]:
    """Requests in a state about accounts of the reader's; the key first, not ordered."""
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    return _requests().where(AccountConversion.state == state, mine)


def list_requests(session: Session, *, account_id: int) -> Sequence[ConversionRow]:
    """Every request about one account, the newest first."""
    rows = _requests().where(AccountConversion.account_id == account_id)
    newest = rows.order_by(AccountConversion.conversion_id.desc())
    return [ConversionRow(*row) for row in session.execute(newest)]


def get_request(session: Session, *, reader: Actor, conversion_id: int) -> ConversionRow | None:
    """One request; None when there is none or it is out of the reader's scope."""
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    row = session.execute(
        _requests().where(AccountConversion.conversion_id == conversion_id, mine)
    ).first()
    return None if row is None else ConversionRow(*row)


def _requests() -> Select[*tuple[Any, ...]]:
    owner = aliased(Account)
    one = AccountConversion
    return (
        select(
            one.conversion_id, one.account_id, Account.address, Account.name, Account.organisation,
            one.wanted, owner.address, one.why, one.finding, one.state, one.asked_at, one.asked_by,
            one.decided_at, one.decided_why,
        )
        .join(Account, Account.account_id == one.account_id)
        .outerjoin(owner, owner.account_id == one.owner_id)
    )  # fmt: skip


def _check_fit(session: Session, row: Account, now: datetime) -> None:
    if Kind(row.kind) not in BECOMES:
        raise AccountError("A shared mailbox or a room never becomes an application account.")
    if row.status != Status.ACTIVE or row.accepted_at is None or is_locked(row.locked_until, now):
        raise AccountError("Only an active account that is not locked can become another kind.")
    has = select(func.count()).where(
        MailboxMember.account_id == row.account_id, MailboxMember.ended_at.is_(None)
    )
    if session.scalar(has):
        raise AccountError(
            "It owns or uses a shared mailbox, which an application cannot. Give that to a person "
            "first."
        )


def _find_open(session: Session, account_id: int) -> int | None:
    return session.scalar(
        select(AccountConversion.conversion_id).where(
            AccountConversion.account_id == account_id,
            AccountConversion.state == RequestState.ASKED,
        )
    )


def _find_owner(session: Session, row: Account, address: str) -> int:
    owner = session.scalar(select(Account).where(Account.address_key == fold_address(address)))
    is_person = owner is not None and owner.kind == Kind.PERSON and owner.status in ALIVE
    if owner is None or not is_person or owner.account_id == row.account_id:
        raise AccountError(
            "Enter the address of another person, who answers for the account.", field="owner"
        )
    return owner.account_id
