"""Questions about moves into a container: lists for both sides, one move, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, Target
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.closures.criteria import has_keeper
from postmaster.closures.stages import Facts, Stage, Trouble, find_trouble
from postmaster.closures.tables import ContainerMove
from postmaster.days import london_day, start_of
from postmaster.organisations.tables import Organisation

HOME = "/admin/organisations/moves/"
KEY = (ContainerMove.move_id,)


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move in a list."""

    move_id: int
    address: str
    from_organisation: str
    target: str
    stage: Stage
    asked_at: datetime
    due_on: date | None
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class MovePage:
    """One move and its account; `may_old` and `may_new` are what the reader may do on each side."""

    row: ContainerMove
    address: str
    status: Status
    organisation: str
    sponsor: str | None
    trouble: Trouble | None
    may_old: bool
    may_new: bool
    days_left: int | None


def select_moves(*, reader: Actor, stage: Stage | None = None) -> Select[*tuple[Any, ...]]:
    """The moves of either side the reader sees, the key first; not ordered."""
    rows = (
        select(
            ContainerMove.move_id,
            Account.address,
            ContainerMove.from_organisation,
            ContainerMove.target,
            ContainerMove.state,
            ContainerMove.asked_at,
            ContainerMove.due_on,
            Account.status,
            Account.organisation,
        )
        .join(Account, Account.account_id == ContainerMove.account_id)
        .where(_may_see(reader))
    )
    return rows if stage is None else rows.where(ContainerMove.state == stage.value)


def to_row(row: Row[*tuple[Any, ...]], today: date) -> MoveRow:
    """A row of `select_moves` as a value."""
    move_id, address, old, target, state, asked_at, due_on, status, organisation = tuple(row)
    facts = Facts(Stage(state), old, due_on, Status(status), organisation)
    trouble = find_trouble(facts, today)
    return MoveRow(move_id, address, old, target, facts.stage, asked_at, due_on, trouble)


def get_move(session: Session, *, reader: Actor, move_id: int, today: date) -> MovePage | None:
    """One move; None when there is none or it is of no organisation of the reader's."""
    found = session.execute(
        select(ContainerMove, Account)
        .join(Account, Account.account_id == ContainerMove.account_id)
        .where(ContainerMove.move_id == move_id, _may_see(reader))
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    status = Status(account.status)
    facts = Facts(Stage(row.state), row.from_organisation, row.due_on, status, account.organisation)
    return MovePage(
        row=row,
        address=account.address,
        status=status,
        organisation=account.organisation,
        sponsor=account.sponsor,
        trouble=find_trouble(facts, today),
        may_old=_may(session, reader, row.from_organisation),
        may_new=_may(session, reader, row.target),
        days_left=None if row.due_on is None else (row.due_on - today).days,
    )


def list_move_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """What either side has to do; what is late, or has nobody, is the tenant's too."""
    if not may(reader, Action.CLOSURES_SETTLE).is_allowed:
        return ()
    today = london_day(now)
    old = in_scope(reader, Action.CLOSURES_SETTLE, ContainerMove.from_organisation)
    new = in_scope(reader, Action.CLOSURES_SETTLE, ContainerMove.target)
    leaving = ContainerMove.state == Stage.LEAVING
    late = ContainerMove.due_on < today
    if may(reader, Action.ORGANISATIONS_WRITE).is_allowed:
        kept = select(Organisation.ods_code).where(has_keeper())
        old = ContainerMove.from_organisation.not_in(kept)
        new = ContainerMove.target.not_in(kept)
    asked_of = (Stage.ASKED, (ContainerMove.state == Stage.ASKED) & old)
    joinable = (Stage.LEAVING, leaving & new & ~late)
    overdue = (Stage.LEAVING, leaving & late & _may_see(reader))
    tasks = []
    for (stage, where), (one, many) in zip((asked_of, joinable, overdue), _TASKS, strict=True):
        count, since, due_on = session.execute(
            select(
                func.count(), func.min(ContainerMove.asked_at), func.min(ContainerMove.due_on)
            ).where(where)
        ).one()
        if count:
            began = start_of(due_on) if due_on is not None and due_on < today else since
            words = one if count == 1 else f"{count:,} {many}"
            tasks.append(Task(count, words, f"{HOME}?stage={stage}", began))
    return tuple(tasks)


_TASKS = (
    (
        "1 account is asked for by a container: agree or refuse",
        "accounts are asked for by a container: agree or refuse",
    ),
    (
        "1 account waits to be joined into a container",
        "accounts wait to be joined into a container",
    ),
    (
        "1 account was not joined into its container in time",
        "accounts were not joined into their container in time",
    ),
)


def _may_see(reader: Actor) -> ColumnElement[bool]:
    return or_(
        in_scope(reader, Action.ACCOUNTS_READ, ContainerMove.from_organisation),
        in_scope(reader, Action.ACCOUNTS_READ, ContainerMove.target),
    )


def _may(session: Session, reader: Actor, organisation: str) -> bool:
    above = get_above(session, organisation=organisation)
    target = Target("organisation", organisation, organisation, above)
    return may(reader, Action.CLOSURES_SETTLE, target).is_allowed
