"""Questions about organisations; a reader is answered within their scope."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.days import london_day
from postmaster.organisations.criteria import KEY, select_organisations, takes_accounts
from postmaster.organisations.records import Named, OrganisationPage, OrganisationRow, Succeeding
from postmaster.organisations.rules import (
    Kind,
    Status,
    SuccessionType,
    list_final_successors,
)
from postmaster.organisations.tables import Organisation, Succession, SuccessorElsewhere

# An organisation that has been closing for longer is somebody's task.
CLOSING_WITHIN = timedelta(days=30)
CHILDREN_SHOWN = 100


def to_row(row: Row[*tuple[Any, ...]]) -> OrganisationRow:
    """A row of `select_organisations` as a value."""
    _, code, name, short_code, kind, status, parent, container = tuple(row)
    return OrganisationRow(code, name, short_code, Kind(kind), Status(status), parent, container)


def list_organisations(
    session: Session,
    *,
    reader: Actor,
    prefix: str = "",
    status: Status | None = None,
    kind: Kind | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[OrganisationRow]:
    """The reader's organisations by name; `after` is the (search key, code) of the last one had."""
    rows = select_organisations(reader=reader, prefix=prefix, status=status, kind=kind)
    if after is not None:
        rows = rows.where(tuple_(*KEY) > after)
    return [to_row(row) for row in session.execute(rows.order_by(*KEY).limit(limit))]


def get_organisation(session: Session, *, reader: Actor, ods_code: str) -> OrganisationPage | None:
    """An organisation whole; None when there is none or it is out of the reader's scope."""
    in_reach = in_scope(reader, Action.ORGANISATIONS_READ, Organisation.ods_code)
    found = session.scalar(select(Organisation).where(Organisation.ods_code == ods_code, in_reach))
    if found is None:
        return None
    under = or_(Organisation.parent == ods_code, Organisation.container == ods_code)
    codes = select(Organisation.ods_code).where(under, in_reach)
    children = codes.order_by(*KEY).limit(CHILDREN_SHOWN)
    successors, predecessors = _list_succession(session, ods_code)
    parents, finals = _list_parents(session, found), _list_finals(session, ods_code)
    child_codes = session.scalars(children).all()
    names = get_names(
        session,
        codes={
            *parents, *finals, *child_codes, *([found.container] if found.container else []),
            *(row.successor for row in successors), *(row.predecessor for row in predecessors),
        },
    )  # fmt: skip
    return OrganisationPage(
        ods_code=found.ods_code,
        name=found.name,
        short_code=found.short_code,
        kind=Kind(found.kind),
        status=Status(found.status),
        opened_on=found.opened_on,
        closing_on=found.closing_on,
        closed_on=found.closed_on,
        ods_closed_on=found.ods_closed_on,
        closes_on=found.closes_on,
        planned_successors=(found.planned_successors or "").split(),
        parents=[names[code] for code in parents],
        container=names[found.container] if found.container else None,
        children=[names[code] for code in child_codes],
        child_count=session.scalar(select(func.count()).select_from(codes.subquery())) or 0,
        successors=[_other_end(row, names[row.successor]) for row in successors],
        predecessors=[_other_end(row, names[row.predecessor]) for row in predecessors],
        final_successors=[names[code] for code in finals],
        elsewhere=list_elsewhere(session, ods_code=ods_code),
    )


def get_names(session: Session, *, codes: Collection[str]) -> Mapping[str, Named]:
    """The names of some codes, in one query."""
    rows = session.execute(
        select(Organisation.ods_code, Organisation.name, Organisation.status).where(
            Organisation.ods_code.in_(sorted(codes))
        )
    )
    return {code: Named(code, name, Status(status)) for code, name, status in rows}


def get_final_successors(session: Session, *, ods_code: str) -> Sequence[str]:
    """Who took over from a closed organisation in the end: A to B to C gives C."""
    return _list_finals(session, ods_code)


def can_take_accounts(session: Session, *, ods_code: str) -> bool:
    """Whether there is such an organisation, open here and in ODS."""
    able = select(Organisation.ods_code).where(Organisation.ods_code == ods_code, takes_accounts())
    return session.scalar(able) is not None


def list_heirs(session: Session, *, ods_code: str) -> Sequence[Named]:
    """Who took over in the end, or is said to, and takes accounts; empty when nobody does."""
    planned = session.scalar(
        select(Organisation.planned_successors).where(Organisation.ods_code == ods_code)
    )
    codes = {*get_final_successors(session, ods_code=ods_code), *(planned or "").split()}
    for code in list(codes):
        codes |= set(get_final_successors(session, ods_code=code))
    if not codes:
        return ()
    able = select(Organisation.ods_code).where(
        Organisation.ods_code.in_(sorted(codes)), takes_accounts()
    )
    names = get_names(session, codes=session.scalars(able).all())
    return sorted(names.values(), key=lambda one: one.ods_code)


def list_elsewhere(session: Session, *, ods_code: str) -> Sequence[str]:
    """The codes of an organisation's successors that are not on the service."""
    rows = select(SuccessorElsewhere.ods_code).where(SuccessorElsewhere.predecessor == ods_code)
    return session.scalars(rows.order_by(SuccessorElsewhere.ods_code)).all()


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Organisations closing for over thirty days, for those who close them or move accounts.

    And those that ODS closed and that are open here, for those who close them.
    """
    wanted = (Action.ORGANISATIONS_WRITE, Action.ACCOUNTS_STATE)
    action = next((one for one in wanted if may(reader, one).is_allowed), None)
    if action is None:
        return ()
    mine = in_scope(reader, action, Organisation.ods_code)
    late = (
        Organisation.status == Status.CLOSING,
        Organisation.closing_on < london_day(now) - CLOSING_WITHIN,
    )
    tasks = []
    if count := session.scalar(select(func.count()).where(*late, mine)):
        noun = "1 organisation has" if count == 1 else f"{count:,} organisations have"
        words = f"{noun} been closing for over 30 days"
        tasks.append(Task(count, words, f"/admin/organisations/?status={Status.CLOSING}"))
    if action is Action.ORGANISATIONS_WRITE:
        due = (
            Organisation.status == Status.CLOSING,
            Organisation.closes_on < london_day(now),
        )
        if count := session.scalar(select(func.count()).where(*due, mine)):
            noun = "1 organisation was" if count == 1 else f"{count:,} organisations were"
            words = f"{noun} to close before today"
            tasks.append(Task(count, words, f"/admin/organisations/?status={Status.CLOSING}"))
        lagging = select(func.count()).where(Organisation.ods_closed_on.is_not(None), mine)
        if count := session.scalar(lagging):
            noun = "1 organisation is" if count == 1 else f"{count:,} organisations are"
            words = f"{noun} closed in ODS and still open here"
            tasks.append(Task(count, words, "/admin/organisations/closed/"))
    return tuple(tasks)


def _list_parents(session: Session, found: Organisation) -> Sequence[str]:
    """From the nearest up, in one recursive query; a loop cannot be stored."""
    up = select(Organisation.parent.label("code"), literal(0).label("rank")).where(
        Organisation.ods_code == found.ods_code
    )
    walk = up.cte("up", recursive=True)
    step = select(Organisation.parent, walk.c.rank + 1).where(Organisation.ods_code == walk.c.code)
    walk = walk.union_all(step)
    rows = select(walk.c.code).where(walk.c.code.is_not(None)).order_by(walk.c.rank)
    return session.scalars(rows).all()


def _list_succession(
    session: Session, ods_code: str
) -> tuple[Sequence[Succession], Sequence[Succession]]:
    either = or_(Succession.predecessor == ods_code, Succession.successor == ods_code)
    order = (Succession.effective_on, Succession.predecessor, Succession.successor)
    rows = session.scalars(select(Succession).where(either).order_by(*order)).all()
    after = [row for row in rows if row.predecessor == ods_code]
    return after, [row for row in rows if row.successor == ods_code]


def _list_finals(session: Session, ods_code: str) -> Sequence[str]:
    start = select(Succession.predecessor, Succession.successor).where(
        Succession.predecessor == ods_code
    )
    walk = start.cte("after", recursive=True)
    step = select(Succession.predecessor, Succession.successor).where(
        Succession.predecessor == walk.c.successor
    )
    walk = walk.union(step)
    rows = session.execute(
        select(walk.c.predecessor, walk.c.successor, Organisation.status).join(
            Organisation, Organisation.ods_code == walk.c.successor
        )
    ).all()
    closed = {successor for _, successor, status in rows if status == Status.CLOSED}
    return list_final_successors(ods_code, gather((one, two) for one, two, _ in rows), closed)


def gather(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Predecessor to its successors."""
    edges: dict[str, list[str]] = {}
    for predecessor, successor in pairs:
        edges.setdefault(predecessor, []).append(successor)
    return edges


def _other_end(row: Succession, named: Named) -> Succeeding:
    return Succeeding(named, row.effective_on, SuccessionType(row.type), row.recorded_at)
