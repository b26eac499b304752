"""One chunk of a plan done by sets: what still fits is done and told, the rest is refused."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from postmaster.accounts.rules import ALIVE, Kind, Status
from postmaster.accounts.sweeps import count_rows, lock_accounts
from postmaster.accounts.tables import Account, AccountAlias, AddressQuarantine
from postmaster.audit.actions import record_from
from postmaster.days import london_day
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.tables import Organisation
from postmaster.uploads.rules import RowAction, RowState
from postmaster.uploads.tables import Upload, UploadRow

_CHANGED = "Not done: the account, address or organisation was changed after the file was checked."


def do_rows(
    session: Session, upload: Upload, chunk: ColumnElement[bool], *, by: str, now: datetime
) -> tuple[int, int]:
    """Do the planned rows of a chunk; gives how many were done and how many refused."""
    lock_accounts(session, Account.account_id.in_(select(UploadRow.account_id).where(chunk)))
    planned = and_(chunk, UploadRow.state == RowState.PLANNED)
    still = or_(_can_create(london_day(now)), _can_update())
    _put(session, and_(planned, still), state=RowState.DOING)
    refused = _put(session, planned, state=RowState.REFUSED, message=_CHANGED)
    doing = and_(chunk, UploadRow.state == RowState.DOING)
    _create(session, and_(doing, UploadRow.action == RowAction.CREATE), now)
    _change(session, and_(doing, UploadRow.action == RowAction.UPDATE))
    _write_audit(session, upload, doing, by=by, now=now)
    return _put(session, doing, state=RowState.DONE), refused


def _can_create(today: date) -> ColumnElement[bool]:
    key = UploadRow.address_key
    taking = select(Organisation.ods_code).where(
        Organisation.ods_code == UploadRow.organisation,
        Organisation.status == OrganisationStatus.OPEN,
    )
    numbered = select(Account.account_id).where(
        Account.organisation == UploadRow.organisation,
        Account.external_id == UploadRow.external_id,
        Account.status.in_(sorted(ALIVE)),
    )
    alias = select(AccountAlias.address_key).where(
        AccountAlias.address_key == key, AccountAlias.receives_until >= today
    )
    kept = select(AddressQuarantine.address_key).where(
        AddressQuarantine.address_key == key, AddressQuarantine.kept_until >= today
    )
    return and_(
        UploadRow.action == RowAction.CREATE,
        taking.exists(),
        ~select(Account.account_id).where(Account.address_key == key).exists(),
        ~numbered.exists(),
        ~alias.exists(),
        ~kept.exists(),
    )


def _can_update() -> ColumnElement[bool]:
    same = select(Account.account_id).where(
        Account.account_id == UploadRow.account_id,
        Account.revision == UploadRow.account_revision,
        Account.organisation == UploadRow.organisation,
        Account.status.in_(sorted(ALIVE)),
    )
    return and_(UploadRow.action == RowAction.UPDATE, same.exists())


def _create(session: Session, rows: ColumnElement[bool], now: datetime) -> None:
    """New people, pending until they accept the terms; a file never brings a password."""
    keys = select(UploadRow.address_key).where(rows)
    for table in (AccountAlias, AddressQuarantine):
        session.execute(
            delete(table)
            .where(table.address_key.in_(keys))
            .execution_options(synchronize_session=False)
        )
    moment = literal(now, Account.created_at.type)
    values: dict[str, Any] = {
        name: getattr(UploadRow, name)
        for name in (
            "address", "address_key", "name", "name_key", "organisation", "external_id",
            "job_title", "mobile",
        )
    }  # fmt: skip
    values |= dict.fromkeys(("status_since", "created_at", "counted_from", "idle_since"), moment)
    values |= {"kind": literal(Kind.PERSON.value), "status": literal(Status.PENDING.value)}
    values |= {"is_service": literal(False), "sign_in_blocked": literal(False)}  # noqa: FBT003 - a column's value
    values |= {"hold_count": literal(0), "revision": literal(0)}
    chosen = select(*values.values()).where(rows).order_by(UploadRow.line)
    session.execute(insert(Account).from_select(list(values), chosen))
    made = select(Account.account_id).where(Account.address_key == UploadRow.address_key)
    _put(session, rows, account_id=made.scalar_subquery())


def _change(session: Session, rows: ColumnElement[bool]) -> None:
    """Only what a cell says: an empty one leaves what is stored."""
    row = select(UploadRow).where(rows).subquery()
    kept = {
        name: func.coalesce(row.c[name], getattr(Account, name))
        for name in ("external_id", "job_title", "mobile")
    }
    session.execute(
        update(Account)
        .where(Account.account_id == row.c.account_id)
        .values(name=row.c.name, name_key=row.c.name_key, revision=Account.revision + 1, **kept)
        .execution_options(synchronize_session=False)
    )


def _write_audit(
    session: Session, upload: Upload, rows: ColumnElement[bool], *, by: str, now: datetime
) -> None:
    """One entry for each account; which fields changed is told, what stands in them is not."""
    tail = f'"upload":[null,{upload.upload_id}]}}'
    made = literal('{"kind":[null,"person"],"status":[null,"pending"],' + tail)
    changed = literal('{"fields":[null,"').concat(UploadRow.changed).concat(f'"],{tail}')
    for row_action, action, words in (
        (RowAction.CREATE, "accounts.add", made),
        (RowAction.UPDATE, "accounts.change", changed),
    ):
        record_from(
            session,
            action=action,
            kind="account",
            by=by,
            now=now,
            rows=select(cast(UploadRow.account_id, String), UploadRow.organisation, words).where(
                rows, UploadRow.action == row_action
            ),
        )


def _put(session: Session, where: ColumnElement[bool], **values: Any) -> int:
    return count_rows(
        session.execute(
            update(UploadRow)
            .where(where)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    )
