"""Accounts streamed out: whole as documents, or as the rows of the service's mailbox report."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.criteria import count_owners
from postmaster.accounts.rules import Kind, Status, get_effects, is_locked
from postmaster.accounts.tables import Account

_AT_ONCE = 1000
_WHOLE = (
    "account_id", "address", "name", "kind", "organisation", "sponsor", "external_id", "job_title",
    "mobile", "owner_id", "status", "status_since", "prior_status", "reason_code",
    "policy_version", "created_at", "accepted_at", "last_sign_in_at", "last_sent_at",
    "last_password_at", "idle_since", "disabled_until", "sign_in_blocked", "locked_until",
    "spared_until", "hold_count", "batch_id",
)  # fmt: skip
# The columns the portal's report is known to have come first, in its own words.
REPORT_HEADS = (
    "EmailAddress", "Status", "MailboxType", "ExternalSyncID", "DisplayName", "Organisation", "ID",
    "JobTitle", "StatusSince", "DisabledUntil", "LastSignIn", "LastSent", "Owners", "Held",
)  # fmt: skip
TYPE_WORDS = {
    Kind.PERSON: "User",
    Kind.SHARED: "Shared",
    Kind.APPLICATION: "Application",
    Kind.RESOURCE: "Resource",
}
_PORTAL_WORDS = {
    Status.PENDING: "Pending",
    Status.ACTIVE: "Active",
    Status.INACTIVE: "Inactive",
    Status.DISABLED: "Disabled",
    Status.LEAVER: "Active (Leaver)",
    Status.DELETED: "Deleted",
    Status.PURGED: "Deleted_Permanent",
}


def stream_accounts(
    session: Session,
    *,
    reader: Actor,
    now: datetime,
    organisation: str | None = None,
    status: Status | None = None,
) -> Iterator[dict[str, object]]:
    """The reader's accounts as plain documents in the order of their numbers, purged ones too."""
    columns = [getattr(Account, name) for name in _WHOLE]
    rows = _narrow(select(*columns), reader, organisation)
    if status is not None:
        rows = rows.where(Account.status == status)
    ordered = rows.order_by(Account.account_id).execution_options(yield_per=_AT_ONCE)
    for row in session.execute(ordered):
        document = dict(zip(_WHOLE, tuple(row), strict=True))
        locked = document["locked_until"]
        effects = get_effects(
            Status(document["status"]),
            Kind(document["kind"]),
            is_blocked=document["sign_in_blocked"],
            is_locked=locked is not None and locked > now,
        )
        document["can_sign_in"] = effects.signs_in
        document["sends"], document["receives"] = effects.sends, effects.receives
        yield {name: _plain(value) for name, value in document.items()}


def stream_report(
    session: Session, *, reader: Actor, now: datetime, organisation: str | None = None
) -> Iterator[tuple[str, ...]]:
    """The rows of the mailbox report in the order of their addresses, without purged accounts."""
    rows = (
        _narrow(select(Account, count_owners()), reader, organisation)
        .where(Account.status != Status.PURGED)
        .order_by(Account.address_key)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row, owners in session.execute(rows):
        is_shared = row.kind in {Kind.SHARED, Kind.RESOURCE}
        cells = (
            row.address, say_portal_status(row, now), TYPE_WORDS[Kind(row.kind)], row.external_id,
            row.name, row.organisation, row.account_id, row.job_title, row.status_since,
            row.disabled_until, row.last_sign_in_at, row.last_sent_at,
            owners if is_shared else None, "Yes" if row.hold_count else None,
        )  # fmt: skip
        yield tuple("" if cell is None else str(_plain(cell)) for cell in cells)
        session.expunge(row)


def say_portal_status(row: Account, now: datetime) -> str:
    """The portal's own word for where an account stands, its overlays in it."""
    status = Status(row.status)
    if status is Status.LEAVER and row.sign_in_blocked:
        return "Disabled_Leaver"
    if is_locked(row.locked_until, now) and status in {Status.ACTIVE, Status.INACTIVE}:
        return "Locked"
    return _PORTAL_WORDS[status]


def _narrow(
    rows: Select[*tuple[Any, ...]], reader: Actor, organisation: str | None
) -> Select[*tuple[Any, ...]]:
    mine = rows.where(in_scope(reader, Action.ACCOUNTS_READ, Account.organisation))
    return mine if organisation is None else mine.where(Account.organisation == organisation)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
