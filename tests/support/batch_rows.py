"""A batch with one member, as rows."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import Kind, Status
from postmaster.lifecycle.batches import BatchStatus, ItemState
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch


def put_batch(session: Session, *, organisation: str, now: datetime) -> int:
    """A waiting batch with one leaver of an organisation; gives its number."""
    batch = LifecycleBatch(
        reason=Reason.LEAVER_DUE,
        title=f"Leavers of {organisation}",
        run_on=now.date(),
        status=BatchStatus.WAITING,
        status_since=now,
        created_at=now,
        created_by="person:another",
        as_of=now,
        policy_version="2022",
        notice_days=14,
        undo_days=14,
        member_count=1,
        checkpoint=0,
    )
    address = f"leaver@{organisation.lower()}.nhs.uk"
    account = make_row(
        address, "A Leaver", kind=Kind.PERSON, organisation=organisation,
        status=Status.LEAVER, now=now - timedelta(days=60),
    )  # fmt: skip
    session.add_all([batch, account])
    session.flush()
    account.batch_id = batch.batch_id
    session.add(
        BatchItem(
            batch_id=batch.batch_id,
            account_id=account.account_id,
            organisation=organisation,
            kind=Kind.PERSON,
            state=ItemState.MEMBER,
            deletes_on=now.date() + timedelta(days=20),
        )
    )
    session.flush()
    return batch.batch_id
