"""What an account says of its person, changed by hand. Commits nothing."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.addresses import refuse
from postmaster.accounts.changes import check_alive, get_for, note
from postmaster.accounts.criteria import is_namesake
from postmaster.accounts.details import Details, fold_details, list_detail_faults
from postmaster.accounts.rules import ALIVE, AccountError, Kind, fold_name
from postmaster.accounts.tables import Account


@acts(Action.ACCOUNTS_CREATE)
def change_details(
    session: Session,
    *,
    account_id: int,
    details: Details,
    is_another: bool = False,
    by: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Change an account's name, and a person's numbers and title; gives the fields that changed.

    The audit's entry says which fields; what stood and stands in them is personal, and erasable.

    Raises:
        AccountError: it is deleted, something given cannot be, the local number is another
            account's, or somebody of this name has one and `is_another` does not say so.
    """
    row = get_for(session, account_id, Action.ACCOUNTS_CREATE, by)
    check_alive(row)
    kind, given = Kind(row.kind), fold_details(details)
    check_details(given, kind)
    wanted = _list_wanted(given, kind)
    before = {field: getattr(row, field) for field in wanted}
    changed = tuple(field for field, value in wanted.items() if value != before[field])
    if kind is Kind.PERSON:
        new = {field: wanted[field] for field in changed}
        check_one_each(
            session, row.organisation, new.get("name"), new.get("external_id"),
            is_another=is_another, besides=account_id,
        )  # fmt: skip
    if not changed:
        return ()
    for field in changed:
        setattr(row, field, wanted[field])
    row.name_key = fold_name(row.name)
    _tell(session, row, before, changed, by=by, now=now)
    return changed


def _tell(
    session: Session,
    row: Account,
    before: Mapping[str, str | None],
    changed: Collection[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Which fields, for every reader of the audit; what stands in them is erasable."""
    personal: dict[str, str | None] = {field: getattr(row, field) for field in changed}
    personal |= {f"{field}_before": before[field] for field in changed}
    told = {"fields": (None, " ".join(changed))}
    note(session, row, "accounts.change", told, personal=personal, by=by, now=now)


def _list_wanted(given: Details, kind: Kind) -> dict[str, str | None]:
    if kind is not Kind.PERSON:
        return {"name": given.name}
    return {field: value or None for field, value in asdict(given).items()}


def check_details(details: Details, kind: Kind) -> None:
    """Refuse folded details at the first field that is wrong.

    Raises:
        AccountError: with the field.
    """
    for field, fault in list_detail_faults(details, kind).items():
        refuse(fault, field)


def check_one_each(
    session: Session,
    organisation: str,
    name: str | None,
    external_id: str | None,
    *,
    is_another: bool,
    besides: int | None = None,
) -> None:
    """Refuse a local number, or unless told otherwise a name, somebody of the organisation has.

    Raises:
        AccountError: naming the other account.
    """
    people = select(Account.address).where(
        Account.kind == Kind.PERSON,
        Account.status.in_(sorted(ALIVE)),
    )
    if besides is not None:
        people = people.where(Account.account_id != besides)
    if external_id:
        mine = Account.organisation == organisation
        numbered = people.where(mine, Account.external_id == external_id).limit(1)
        if (other := session.scalar(numbered)) is not None:
            refuse(f"{other} has this local number. One person has one account.", "external_id")
    if name is None or is_another:
        return
    named = people.where(is_namesake(organisation, fold_name(name))).limit(1)
    if (other := session.scalar(named)) is not None:
        raise AccountError(
            f"Somebody of this name has the account {other}. Say below if it is another person.",
            field="name",
        )
