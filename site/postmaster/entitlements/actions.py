"""Give and end leave to use a protocol over the internet; audited, never committed here."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.accounts.rules import ALIVE, WITHOUT_SIGN_IN, Kind, Status, find_reason_fault
from postmaster.accounts.tables import Account
from postmaster.audit.actions import Changes, record
from postmaster.entitlements.rules import GrantError, Protocol, is_in_force
from postmaster.entitlements.tables import ProtocolGrant


@acts(Action.GROUPS_APPROVE)
def grant_protocol(
    session: Session,
    *,
    account_id: int,
    protocol: Protocol,
    reason: str,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Let an account use a protocol while it is active and not locked; gives the grant's id.

    Raises:
        GrantError: there is no such account, it cannot sign in, it has the leave already, or the
            dates are wrong.
    """
    account = _get_for(session, account_id, by)
    begins = from_at or now
    if (fault := find_reason_fault(reason.strip())) is not None:
        raise GrantError(fault, field="reason")
    _check_new(session, account, protocol, max(begins, now), to_at)
    row = ProtocolGrant(
        account_id=account_id,
        protocol=protocol,
        from_at=begins,
        to_at=to_at,
        reason=reason.strip(),
        granted_at=now,
        granted_by=by.reference,
    )
    session.add(row)
    changes: Changes = {
        "protocol": (None, protocol),
        "from": (None, begins.isoformat()),
        "to": (None, to_at.isoformat() if to_at else None),
    }
    _note(session, account, "entitlements.grant", changes, by=by, now=now)
    return row.grant_id


@acts(Action.GROUPS_APPROVE)
def end_grant(session: Session, *, grant_id: int, by: Actor, now: datetime) -> None:
    """Take the leave back from now on.

    Raises:
        GrantError: there is none, or it is over.
    """
    row = session.get(ProtocolGrant, grant_id, with_for_update=True)
    if row is None:
        raise GrantError("There is no such leave.")
    account = _get_for(session, row.account_id, by)
    if row.to_at is not None and row.to_at <= now:
        raise GrantError("It is over already.")
    changes: Changes = {"to": (row.to_at.isoformat() if row.to_at else None, now.isoformat())}
    row.to_at, row.ended_by = now, by.reference
    _note(session, account, "entitlements.end", changes, by=by, now=now)


def _check_new(
    session: Session, account: Account, protocol: Protocol, at: datetime, to_at: datetime | None
) -> None:
    if Status(account.status) not in ALIVE or Kind(account.kind) in WITHOUT_SIGN_IN:
        raise GrantError("Nobody signs in with this account, so nothing can be granted to it.")
    if to_at is not None and to_at <= at:
        raise GrantError("The end must be after the beginning.", field="to_at")
    held = session.scalars(
        select(ProtocolGrant).where(
            ProtocolGrant.account_id == account.account_id, ProtocolGrant.protocol == protocol
        )
    )
    if any(is_in_force(row.from_at, row.to_at, at) for row in held):
        raise GrantError(f"It has leave for {protocol.upper()} already.", field="protocol")


def _get_for(session: Session, account_id: int, by: Actor) -> Account:
    row = session.get(Account, account_id)
    if row is None:
        raise GrantError("There is no such account.")
    above = get_above(session, organisation=row.organisation)
    target = Target("account", str(account_id), row.organisation, above)
    ensure(by, Action.GROUPS_APPROVE, target)
    return row


def _note(
    session: Session, account: Account, action: str, changes: Changes, *, by: Actor, now: datetime
) -> None:
    session.flush()
    record(
        session,
        action=action,
        kind="account",
        key=str(account.account_id),
        organisation=account.organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )
