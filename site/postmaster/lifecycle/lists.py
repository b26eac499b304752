"""Lists for administrators before anything is deleted: who is to go and when; who is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.tables import Account
from postmaster.days import london_day
from postmaster.lifecycle.batches import CLOSED, IN_FLIGHT, BatchStatus, needs_notice
from postmaster.lifecycle.criteria import blocker_of, is_due
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.rules import LEADS_TO, Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.organisations.tables import Organisation
from postmaster.policy.reads import get_policy
from postmaster.policy.rules import UnknownDayError

ITEM_KEY = (BatchItem.batch_id, BatchItem.account_id)
LEAVER_KEY = (Account.account_id,)
# Batches that end in a deletion; the others change nobody's mail.
DELETING = sorted(reason for reason in LEADS_TO if needs_notice(reason))
_OPEN = sorted({*BatchStatus} - CLOSED - {BatchStatus.DRAFT, BatchStatus.UNDOING})


@dataclass(frozen=True, slots=True)
class Departure:
    """How many accounts of one organisation a batch is to delete, and the days it names."""

    batch_id: int
    title: str
    reason: Reason
    status: BatchStatus
    status_since: datetime
    created_at: datetime
    organisation: str
    organisation_name: str
    accounts: int
    first_on: date
    last_on: date


def list_departures(
    session: Session, *, reader: Actor, organisation: str | None = None, limit: int = 500
) -> Sequence[Departure]:
    """What open batches are to delete in the reader's organisations, the soonest first."""
    first = func.min(BatchItem.deletes_on)
    rows = session.execute(
        select(
            LifecycleBatch.batch_id, LifecycleBatch.title, LifecycleBatch.reason,
            LifecycleBatch.status, LifecycleBatch.status_since, LifecycleBatch.created_at,
            BatchItem.organisation, Organisation.name, func.count(), first,
            func.max(BatchItem.deletes_on),
        )
        .join(LifecycleBatch, LifecycleBatch.batch_id == BatchItem.batch_id)
        .join(Organisation, Organisation.ods_code == BatchItem.organisation)
        .where(*_leaving(reader, organisation))
        .group_by(
            LifecycleBatch.batch_id, LifecycleBatch.title, LifecycleBatch.reason,
            LifecycleBatch.status, LifecycleBatch.status_since, LifecycleBatch.created_at,
            BatchItem.organisation, Organisation.name,
        )
        .order_by(first, BatchItem.organisation, LifecycleBatch.batch_id)
        .limit(limit)
    )  # fmt: skip
    return [
        Departure(
            row[0], row[1], Reason(row[2]), BatchStatus(row[3]), row[4], row[5], row[6], row[7],
            row[8], row[9], row[10],
        )
        for row in rows
    ]  # fmt: skip


def select_leaving(*, reader: Actor, organisation: str | None) -> Select[*tuple[Any, ...]]:
    """Every account an open batch is to delete; the key first, not ordered."""
    return (
        select(
            *ITEM_KEY, Account.address, Account.name, BatchItem.organisation, BatchItem.kind,
            LifecycleBatch.reason, LifecycleBatch.title, BatchItem.deletes_on, BatchItem.state,
            BatchItem.accepted_at,
        )
        .join(LifecycleBatch, LifecycleBatch.batch_id == BatchItem.batch_id)
        .join(Account, Account.account_id == BatchItem.account_id)
        .where(*_leaving(reader, organisation))
    )  # fmt: skip


def select_overdue(
    *, reader: Actor, cutoffs: Cutoffs, organisation: str | None = None
) -> Select[*tuple[Any, ...]]:
    """Leavers kept long enough that no open batch holds, with what stands in the way, if anything.

    The rule the batches run, so that nobody is missing here that a batch would take.
    """
    rows = select(
        *LEAVER_KEY, Account.address, Account.name, Account.organisation, Account.status_since,
        blocker_of(cutoffs).label("blocker"),
    ).where(
        is_due(cutoffs, Reason.LEAVER_DUE),
        Account.batch_id.is_(None),
        in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
    )  # fmt: skip
    return rows if organisation is None else rows.where(Account.organisation == organisation)


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Leavers who are due and in no batch, for those who look after them."""
    if not may(reader, Action.ACCOUNTS_STATE).is_allowed:
        return ()
    try:
        cutoffs = make_cutoffs(get_policy(session, on=london_day(now)), as_of=now)
    except UnknownDayError:
        return ()
    overdue = select_overdue(reader=reader, cutoffs=cutoffs).subquery()
    count = session.scalars(select(func.count()).select_from(overdue)).one()
    if not count:
        return ()
    words = "1 leaver is due" if count == 1 else f"{count:,} leavers are due"
    return (Task(count, f"{words} and in no batch", "/admin/accounts/reports/overdue/"),)


def _leaving(reader: Actor, organisation: str | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        BatchItem.state.in_(sorted(IN_FLIGHT)),
        and_(LifecycleBatch.status.in_(_OPEN), LifecycleBatch.reason.in_(DELETING)),
        in_scope(reader, Action.ACCOUNTS_READ, BatchItem.organisation),
    ]
    if organisation is not None:
        where.append(BatchItem.organisation == organisation)
    return where
