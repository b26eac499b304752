"""A move found and locked with its account, what is asked of both, and its audit entry."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.tables import ScopeLink
from postmaster.accounts.rules import KIND_WORDS, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.audit.actions import Changes, record
from postmaster.closures.rules import ClosureError
from postmaster.closures.stages import (
    NEXT,
    OPEN_STAGES,
    STAGE_WORDS,
    Facts,
    Stage,
    Trouble,
    find_trouble,
)
from postmaster.closures.tables import ContainerMove
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.rules import Kind as OrganisationKind
from postmaster.organisations.tables import Organisation

_ABLE = frozenset({Status.ACTIVE, Status.INACTIVE, Status.DISABLED, Status.LEAVER})
_KINDS = frozenset({Kind.PERSON, Kind.APPLICATION})


def get_move_for(session: Session, move_id: int) -> tuple[ContainerMove, Account]:
    """The move and its account, both rows locked until the transaction ends.

    Raises:
        ClosureError: there is none.
    """
    move = session.scalar(
        select(ContainerMove)
        .where(ContainerMove.move_id == move_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if move is None:
        raise ClosureError("There is no such move.")
    account = session.scalars(
        select(Account)
        .where(Account.account_id == move.account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return move, account


def check_container(session: Session, code: str) -> None:
    """Check that accounts can move there: a container, or an organisation of one, that is open.

    Raises:
        ClosureError: with what to name instead.
    """
    above = select(ScopeLink.above).where(ScopeLink.below == code)
    within = select(Organisation.ods_code).where(
        Organisation.ods_code.in_(above), Organisation.kind == OrganisationKind.CONTAINER
    )
    able = select(Organisation.ods_code).where(Organisation.ods_code == code, takes_accounts())
    if session.scalar(able) is None:
        raise ClosureError(f"{code} takes no accounts. Name one that is open.", field="target")
    if session.scalar(within.limit(1)) is None:
        words = f"{code} is in no container. Name a container or an organisation of one."
        raise ClosureError(words, field="target")


def check_askable(session: Session, account: Account, target: str) -> None:
    """Check that an account can be asked for.

    Raises:
        ClosureError: it is there already, on its way, or cannot leave.
    """
    kind, status = Kind(account.kind), Status(account.status)
    above = select(ScopeLink.above).where(ScopeLink.below == target)
    containers = select(Organisation.ods_code).where(
        Organisation.ods_code.in_(above), Organisation.kind == OrganisationKind.CONTAINER
    )
    inside = select(ScopeLink.below).where(
        ScopeLink.below == account.organisation, ScopeLink.above.in_(containers)
    )
    moving = select(ContainerMove.move_id).where(
        ContainerMove.account_id == account.account_id, ContainerMove.state.in_(OPEN_STAGES)
    )
    if kind not in _KINDS:
        words = f"{KIND_WORDS[kind]}: it is not joined. Transfer it from the worklist instead."
    elif status not in _ABLE:
        words = f"The account is {status}: it cannot leave from there."
    elif session.scalar(inside.limit(1)) is not None:
        words = "The account is in this container already."
    elif (other := session.scalar(moving)) is not None:
        words = f"Move {other} is under way for this account."
    else:
        return
    raise ClosureError(words, field="address")


def check_next(move: ContainerMove, wanted: Stage) -> None:
    """Refuse a step that cannot follow.

    Raises:
        ClosureError: with where the move stands.
    """
    if wanted is Stage.LEAVING and move.state == Stage.LEAVING:
        raise ClosureError("The leaver is marked already.")
    if wanted not in NEXT[Stage(move.state)]:
        words = STAGE_WORDS[Stage(move.state)].lower()
        raise ClosureError(f"The move is {words}: this does not follow.")


def find_trouble_of(move: ContainerMove, account: Account, today: date) -> Trouble | None:
    """`stages.find_trouble` of rows."""
    return find_trouble(
        Facts(
            Stage(move.state),
            move.from_organisation,
            move.due_on,
            Status(account.status),
            account.organisation,
        ),
        today,
    )


def step_move(
    session: Session, move: ContainerMove, wanted: Stage, action: str, *, by: Actor, now: datetime
) -> None:
    """Give a move its next stage, audited."""
    before, move.state = move.state, wanted
    changes: Changes = {
        "state": (before, wanted),
        "due_on": (None, move.due_on.isoformat() if move.due_on else None),
    }
    note_move(session, move, action, changes, by=by, now=now)


def note_move(
    session: Session, move: ContainerMove, action: str, changes: Changes, *, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Audit something about a move under the old organisation, and under the one it goes to."""
    session.flush()
    told = {**changes, "account": (None, move.account_id), "target": (None, move.target)}
    for organisation in (move.from_organisation, move.target):
        record(
            session,
            action=action,
            kind="move",
            key=str(move.move_id),
            organisation=organisation,
            changes=told,
            by=by.reference,
            now=now,
        )
