"""A batch of very many leavers, noticed and ready, written by the database itself."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, literal, select, text, update

from estate import BY, make_estate
from lamppost.database import unit_of_work
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.batches import BatchStatus, ItemState
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.policy.tables import PolicyNumber

_COLUMNS = (
    "address, address_key, name, name_key, kind, organisation, is_service, status, status_since, "
    "created_at, counted_from, idle_since, sign_in_blocked, hold_count, revision, batch_id"
)


def put_many(engine: Engine, count: int, *, now: datetime) -> int:
    """A waiting batch of so many leavers of one organisation; gives its number."""
    make_estate(engine, now=now)
    since = now - timedelta(days=60)
    noticed = now - timedelta(days=30)
    with unit_of_work(engine) as session:
        # All of them are of one organisation, on one day.
        session.execute(
            update(PolicyNumber)
            .where(PolicyNumber.key == "cap.organisation_accounts")
            .values(value=count)
        )
        batch = LifecycleBatch(
            reason=Reason.LEAVER_DUE,
            title="Very many",
            run_on=noticed.date(),
            status=BatchStatus.WAITING,
            status_since=noticed,
            created_at=noticed,
            created_by=BY.reference,
            approved_by="person:another",
            as_of=noticed,
            policy_version="2022",
            notice_days=14,
            undo_days=14,
            member_count=count,
            checkpoint=0,
        )
        session.add(batch)
        session.flush()
        session.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "  # noqa: S608 - our own names
                f"INSERT INTO account ({_COLUMNS}) "
                "SELECT 'a' || i || '@nhs.net', 'a' || i || '@nhs.net', 'A', 'a', :kind, 'RX2', "
                "false, :status, :since, :since, :since, :since, false, 0, 0, :batch FROM n"
            ),
            {
                "count": count,
                "kind": Kind.PERSON.value,
                "status": Status.LEAVER.value,
                "since": since if engine.dialect.name == "postgresql" else _plain(since),
                "batch": batch.batch_id,
            },
        )
        session.execute(
            insert(BatchItem).from_select(
                [
                    "batch_id", "account_id", "organisation", "kind", "state", "deletes_on",
                    "accepted_at", "ready_on",
                ],
                select(
                    literal(batch.batch_id), Account.account_id, Account.organisation,
                    Account.kind, literal(ItemState.NOTICED.value), literal(noticed.date()),
                    literal(noticed, BatchItem.accepted_at.type),
                    literal(noticed.date() + timedelta(days=14)),
                ).where(Account.batch_id == batch.batch_id),
            )
        )  # fmt: skip
        return batch.batch_id


def _plain(moment: datetime) -> str:
    """As SQLite keeps a moment."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
