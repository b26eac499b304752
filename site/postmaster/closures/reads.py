"""Questions about outcomes: what one would do, what one did, which ones are not over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.closures.members import Choice, select_choice
from postmaster.closures.rules import ItemState, PlanState, Skip
from postmaster.closures.tables import ClosureItem, ClosurePlan

PLANS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ChoicePreview:
    """What an outcome would do: how many by kind and target, and why others are left out."""

    kinds: Mapping[str, int]
    targets: Mapping[str, int]
    left_out: Mapping[Skip, int]
    in_batches: int
    held: int

    @property
    def total(self) -> int:
        """How many it would be done to."""
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan, its accounts by where they stand, and why some were left out."""

    row: ClosurePlan
    states: Mapping[ItemState, int]
    left_out: Sequence[tuple[Skip, int]]

    @property
    def total(self) -> int:
        """How many it was decided for."""
        return sum(self.states.values())

    @property
    def settled(self) -> int:
        """How many need nothing more."""
        return self.total - self.states[ItemState.WAITING]


def preview_choice(session: Session, *, choice: Choice) -> ChoicePreview:
    """What an outcome would do, by the very expressions that do it. Writes nothing."""
    rows = select_choice(choice).subquery()
    why = rows.c.why
    counts = session.execute(
        select(
            rows.c.kind,
            rows.c.target,
            why,
            func.count(),
            func.count(rows.c.batch_id),
            func.count().filter(rows.c.hold_count > 0),
        ).group_by(rows.c.kind, rows.c.target, why)
    ).all()
    kinds: dict[str, int] = {}
    targets: dict[str, int] = {}
    left_out: dict[Skip, int] = {}
    for kind, target, skip, count, *_ in counts:
        if skip is not None:
            left_out[Skip(skip)] = left_out.get(Skip(skip), 0) + count
            continue
        kinds[kind] = kinds.get(kind, 0) + count
        if target is not None:
            targets[target] = targets.get(target, 0) + count
    taken = [row for row in counts if row[2] is None]
    return ChoicePreview(
        dict(sorted(kinds.items())),
        dict(sorted(targets.items())),
        left_out,
        in_batches=sum(row[4] for row in taken),
        held=sum(row[5] for row in taken),
    )


def count_items(session: Session, *, plan_id: int) -> Mapping[ItemState, int]:
    """Accounts of a plan by where they stand; every state is there."""
    rows = session.execute(
        select(ClosureItem.state, func.count())
        .where(ClosureItem.plan_id == plan_id)
        .group_by(ClosureItem.state)
    )
    found = {ItemState(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in ItemState}


def list_plans(session: Session, *, reader: Actor, ods_code: str) -> Sequence[ClosurePlan]:
    """The newest outcomes decided for an organisation."""
    return session.scalars(
        select(ClosurePlan)
        .where(
            ClosurePlan.organisation == ods_code,
            in_scope(reader, Action.ACCOUNTS_READ, ClosurePlan.organisation),
        )
        .order_by(ClosurePlan.plan_id.desc())
        .limit(PLANS_SHOWN)
    ).all()


def get_plan(session: Session, *, reader: Actor, plan_id: int) -> PlanPage | None:
    """One plan; None when there is none or it is out of the reader's scope."""
    row = session.scalar(
        select(ClosurePlan).where(
            ClosurePlan.plan_id == plan_id,
            in_scope(reader, Action.ACCOUNTS_READ, ClosurePlan.organisation),
        )
    )
    if row is None:
        return None
    out = session.execute(
        select(ClosureItem.why, func.count())
        .where(ClosureItem.plan_id == plan_id, ClosureItem.state == ItemState.SKIPPED)
        .group_by(ClosureItem.why)
        .order_by(func.count().desc(), ClosureItem.why)
    )
    return PlanPage(
        row,
        count_items(session, plan_id=plan_id),
        [(Skip(why), count) for why, count in out if why],
    )


def list_unfinished(session: Session) -> Sequence[tuple[int, PlanState]]:
    """The plans the worker carries on, and whether they run or are being taken back."""
    rows = session.execute(
        select(ClosurePlan.plan_id, ClosurePlan.state)
        .where(ClosurePlan.state.in_([PlanState.RUNNING, PlanState.UNDOING]))
        .order_by(ClosurePlan.plan_id)
    )
    return [(plan_id, PlanState(state)) for plan_id, state in rows]
