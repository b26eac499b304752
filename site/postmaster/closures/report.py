"""Accounts in closed organisations, by organisation and age; and whose task they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.closures.belongings import tally_roles
from postmaster.closures.criteria import closed_since, has_keeper, is_closing, standing_of
from postmaster.closures.lists import tally_features, tally_lists
from postmaster.closures.rules import Standing, find_band
from postmaster.days import start_of
from postmaster.organisations.rules import Status as OrganisationStatus
from postmaster.organisations.tables import Organisation

HOME = "/admin/organisations/closed/"
KEY = (closed_since(), Organisation.ods_code)
_GONE = (Status.DELETED, Status.PURGED)


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """One organisation that closes and still has something.

    `undecided` of its `accounts` need an outcome; `roles` are held for it; `has_keeper`: somebody
    other than the tenant administrator looks after it.
    """

    ods_code: str
    name: str
    status: OrganisationStatus
    since: date
    days: int
    band: str
    accounts: int
    undecided: int
    persons: int
    shared: int
    resources: int
    applications: int
    roles: int
    has_keeper: bool
    lists: int = 0
    features: int = 0

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return "closed in ODS" if self.status is OrganisationStatus.OPEN else self.status.value

    @property
    def words(self) -> str:
        """The same as the first words of a sentence."""
        return self.state[0].upper() + self.state[1:]

    @property
    def parts(self) -> Sequence[str]:
        """What is left by kind, in words, without what there is none of."""
        counts = (
            (self.persons, "person", "persons"),
            (self.shared, "shared mailbox", "shared mailboxes"),
            (self.resources, "room or equipment", "rooms or equipment"),
            (self.applications, "application account", "application accounts"),
            (self.roles, "role held for it", "roles held for it"),
            (self.lists, "list", "lists"),
            (self.features, "feature", "features"),
        )
        return [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]


def select_closed(*, reader: Actor, orphans: bool = False) -> Select[*tuple[Any, ...]]:
    """Organisations that close and have something left, the key first; not ordered.

    `orphans` narrows them to those nobody looks after.
    """
    closing = select(Organisation.ods_code).where(
        is_closing(), in_scope(reader, Action.ACCOUNTS_READ, Organisation.ods_code)
    )
    accounts, roles = _tally_accounts(closing), tally_roles(closing).subquery()
    lists, features = tally_lists(closing).subquery(), tally_features(closing).subquery()
    rows = (
        select(
            *KEY,
            Organisation.name,
            Organisation.status,
            *(func.coalesce(accounts.c[name], 0).label(name) for name in _COUNTS),
            func.coalesce(roles.c.roles, 0).label("roles"),
            has_keeper(),
            func.coalesce(lists.c.lists, 0).label("lists"),
            func.coalesce(features.c.features, 0).label("features"),
        )
        .outerjoin(accounts, accounts.c.organisation == Organisation.ods_code)
        .outerjoin(roles, roles.c.scope == Organisation.ods_code)
        .outerjoin(lists, lists.c.organisation == Organisation.ods_code)
        .outerjoin(features, features.c.organisation == Organisation.ods_code)
        .where(
            Organisation.ods_code.in_(closing),
            or_(
                accounts.c.accounts > 0, roles.c.roles > 0, lists.c.lists > 0,
                features.c.features > 0,
            ),
        )
    )  # fmt: skip
    return rows.where(~has_keeper()) if orphans else rows


def _tally_accounts(closing: Select[str]) -> Subquery[Any]:
    """Living accounts of organisations, by kind, and how many need an outcome."""
    undecided = func.sum(case((standing_of() == Standing.UNDECIDED, 1), else_=0))
    kinds = (func.sum(case((Account.kind == kind, 1), else_=0)).label(kind.value) for kind in Kind)
    return (
        select(
            Account.organisation,
            func.count().label("accounts"),
            undecided.label("undecided"),
            *kinds,
        )
        .where(Account.organisation.in_(closing), Account.status.not_in(_GONE))
        .group_by(Account.organisation)
        .subquery()
    )


_COUNTS = ("accounts", "undecided", *(kind.value for kind in Kind))


def to_row(row: Row[*tuple[Any, ...]], today: date) -> ClosedRow:
    """A row of `select_closed` as a value."""
    since, code, name, status, accounts, undecided, person, shared, application, resource = row[:10]
    days = (today - since).days
    return ClosedRow(
        ods_code=code,
        name=name,
        status=OrganisationStatus(status),
        since=since,
        days=days,
        band=find_band(days),
        accounts=accounts,
        undecided=undecided,
        persons=person,
        shared=shared,
        resources=resource,
        applications=application,
        roles=row[10],
        has_keeper=bool(row[11]),
        lists=row[12],
        features=row[13],
    )


def list_closed(
    session: Session, *, reader: Actor, today: date, orphans: bool = False
) -> Sequence[ClosedRow]:
    """All of them, the longest closed first: for the file and the command."""
    rows = select_closed(reader=reader, orphans=orphans).order_by(*KEY)
    return [to_row(row, today) for row in session.execute(rows)]


def list_outcome_tasks(session: Session, *, reader: Actor) -> Sequence[Task]:
    """Accounts that need an outcome, for those who look after them; orphans for the tenant."""
    if not may(reader, Action.CLOSURES_SETTLE).is_allowed:
        return ()
    is_tenant = may(reader, Action.ORGANISATIONS_WRITE).is_allowed
    rows = select_closed(reader=reader, orphans=is_tenant).subquery()
    undecided, since = session.execute(
        select(func.sum(rows.c.undecided), func.min(rows.c[0])).where(rows.c.undecided > 0)
    ).one()
    if not undecided:
        return ()
    accounts = "1 account" if undecided == 1 else f"{undecided:,} accounts"
    if is_tenant:
        words = f"{accounts} of organisations that closed, and nobody else looks after them"
        address = f"{HOME}?orphans=yes"
    else:
        need = "needs" if undecided == 1 else "need"
        words, address = f"{accounts} of organisations that close {need} an outcome", HOME
    return (Task(undecided, words, address, start_of(since)),)
