"""Deleted accounts that can still come back into an organisation that took over from theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session, aliased

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.criteria import begins_with
from postmaster.accounts.rules import Kind, Status, fold_address, fold_name
from postmaster.accounts.tables import Account
from postmaster.days import london_day, say_day, start_of
from postmaster.organisations.reads import can_take_accounts, get_final_successors, list_heirs
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.tables import Organisation, Succession
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy

# The one whose days are over first comes first.
KEY = (Account.status_since, Account.account_id)


@dataclass(frozen=True, slots=True)
class RestorableRow:
    """A deleted account of an organisation that closed; `until` is its last day."""

    account_id: int
    address: str
    name: str
    kind: Kind
    organisation: str
    organisation_name: str
    deleted_at: datetime
    until: date


@dataclass(frozen=True, slots=True)
class Restorable:
    """One of them whole, and the codes of the reader's organisations it can come back into."""

    row: Account
    organisation_name: str
    into: Sequence[str]


def select_restorable(
    *, reader: Actor, days: int, now: datetime, prefix: str = ""
) -> Select[*tuple[Any, ...]]:
    """Accounts deleted at most so many days ago whose closed organisation the reader's took over.

    Chains are followed; `KEY` first, not ordered.
    """
    since = start_of(london_day(now) - timedelta(days=days))
    rows = (
        select(
            *KEY, Account.address, Account.name, Account.kind, Account.organisation,
            Organisation.name,
        )
        .join(Organisation, Organisation.ods_code == Account.organisation)
        .where(
            # The first repeats what the index of states is made for.
            Account.status != Status.ACTIVE,
            Account.status == Status.DELETED,
            Account.status_since >= since,
            Account.organisation.in_(_taken_over_by(reader)),
        )
    )  # fmt: skip
    return rows if not prefix else rows.where(_begins(prefix))


def to_row(row: Row[*tuple[Any, ...]], days: int) -> RestorableRow:
    """A row of `select_restorable` as a value."""
    at, account_id, address, name, kind, code, called = tuple(row)
    until = london_day(at) + timedelta(days=days)
    return RestorableRow(account_id, address, name, Kind(kind), code, called, at, until)


def get_restore_days(session: Session, *, now: datetime) -> int:
    """How many days a deleted account can come back, by the policy in force."""
    return get_policy(session, on=london_day(now))[Key.RESTORE_WINDOW_DAYS]


def get_restorable(
    session: Session, *, reader: Actor, account_id: int, now: datetime
) -> Restorable | None:
    """One of them; None when there is none or none of the reader's organisations took over."""
    days = get_restore_days(session, now=now)
    found = session.execute(
        select_restorable(reader=reader, days=days, now=now).where(Account.account_id == account_id)
    ).first()
    if found is None:
        return None
    row = session.get_one(Account, account_id)
    finals = get_final_successors(session, ods_code=row.organisation)
    mine = select(Organisation.ods_code).where(
        Organisation.ods_code.in_(finals),
        in_scope(reader, Action.ACCOUNTS_CREATE, Organisation.ods_code),
    )
    into = session.scalars(mine.order_by(Organisation.ods_code)).all()
    return Restorable(row, found[-1], into)


def say_way_back(session: Session, *, row: Account, last: date, today: date) -> str:
    """Until when a deleted account can be restored, and into what, in a sentence."""
    if today > last:
        return "It can no longer be restored."
    until = f"It can be restored until {say_day(last)}"
    if can_take_accounts(session, ods_code=row.organisation):
        return f"{until}."
    heirs = [one.ods_code for one in list_heirs(session, ods_code=row.organisation)]
    if heirs:
        return f"{until} into {' or '.join(heirs)}, because {row.organisation} takes no accounts."
    return (
        f"{until}, but {row.organisation} takes no accounts and nobody on the service took over. "
        "Name a successor first."
    )


def _taken_over_by(reader: Actor) -> Select[str]:
    """The closed organisations that the reader's open ones took over from, chains followed."""
    other = aliased(Succession)
    walk = (
        select(Succession.predecessor)
        .join(Organisation, Organisation.ods_code == Succession.successor)
        .where(
            Organisation.status != OrganisationStatus.CLOSED,
            in_scope(reader, Action.ACCOUNTS_CREATE, Succession.successor),
        )
        .cte("taken_over", recursive=True)
    )
    walk = walk.union(select(other.predecessor).where(other.successor == walk.c.predecessor))
    return select(walk.c.predecessor)


def _begins(prefix: str) -> ColumnElement[bool]:
    plain = prefix.replace("\x00", "")
    name = fold_name(plain)
    by_address = begins_with(Account.address_key, fold_address(plain))
    return or_(by_address, begins_with(Account.name_key, name)) if name else by_address
