"""What is asked of the stored organisations before one is written; each answer says what to do."""

from collections.abc import Collection, Mapping

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.reads import get_above
from postmaster.access.tables import ScopeLink
from postmaster.organisations.reads import gather, get_final_successors
from postmaster.organisations.rules import (
    Kind,
    OrganisationError,
    Status,
    find_code_fault,
    find_loop,
    find_name_fault,
    find_short_code_fault,
    fold_code,
    fold_name,
    list_above,
)
from postmaster.organisations.tables import Organisation, Succession


def refuse(fault: str | None, field: str | None) -> None:
    """Raise when there is a fault.

    Raises:
        OrganisationError: with the fault as its words.
    """
    if fault is not None:
        raise OrganisationError(fault, field=field)


def check_new(session: Session, *, code: str, name: str, kind: Kind) -> None:
    """Check that a code was never used and the name can be one."""
    refuse(find_code_fault(code, kind), "ods_code")
    refuse(find_name_fault(name), "name")
    if session.get(Organisation, code) is not None:
        refuse(f"{code} is or was an organisation; a code is never used again.", "ods_code")


def check_short_code(session: Session, *, code: str, short_code: str | None) -> None:
    """Check that no other organisation that is not closed has the short code."""
    refuse(find_short_code_fault(short_code), "short_code")
    if short_code is None:
        return
    held = select(Organisation.ods_code).where(
        Organisation.short_code == short_code,
        Organisation.ods_code != code,
        Organisation.status != Status.CLOSED,
    )
    if (holder := session.scalar(held)) is not None:
        refuse(f"{holder} has the short code {short_code}. Choose another.", "short_code")


def check_place(
    session: Session, code: str, kind: Kind, parent: str | None, container: str | None
) -> tuple[str | None, str | None]:
    """Check that it can stand under the parent and in the container; gives both folded."""
    parent, container = fold_code(parent or "") or None, fold_code(container or "") or None
    if kind is Kind.CONTAINER and (parent or container):
        field = "parent" if parent else "container"
        refuse("A container stands alone. Leave parent and container empty.", field)
    if kind is Kind.UNIT and (not parent or container):
        words = "A unit stands under an organisation or another unit, and in no container."
        refuse(words, "container" if container else "parent")
    if parent:
        kinds = {Kind.ORGANISATION, Kind.UNIT} if kind is Kind.UNIT else {Kind.ORGANISATION}
        _check_over(session, parent, kinds, "parent")
    if container:
        _check_over(session, container, {Kind.CONTAINER}, "container")
    if parent and (parent == code or code in get_above(session, organisation=parent)):
        refuse(f"{parent} is {code} itself or stands under it. Choose another parent.", "parent")
    return parent, container


def check_closing(session: Session, *, code: str, successors: Collection[str]) -> None:
    """Check that nothing open is under it and that each successor can be one."""
    open_under = select(func.count()).where(
        or_(Organisation.parent == code, Organisation.container == code),
        Organisation.status != Status.CLOSED,
    )
    if count := session.scalar(open_under):
        are = "organisation is" if count == 1 else "organisations are"
        refuse(f"{count:,} open {are} under {code}. Move or close them first.", None)
    check_successors(session, code=code, successors=successors)


def check_successors(session: Session, *, code: str, successors: Collection[str]) -> None:
    """Check that each one named can take over, and that no chain would go round."""
    kind = session.scalar(select(Organisation.kind).where(Organisation.ods_code == code))
    for successor in successors:
        if successor == code:
            refuse(f"{code} cannot be its own successor.", "successors")
        row = _get_state(session, successor)
        if row is None:
            refuse(f"There is no organisation {successor}. Add it first.", "successors")
        elif row.status == Status.CLOSED:
            refuse(_say_closed_successor(session, successor), "successors")
        elif row.kind != kind:
            refuse(f"{successor} is of kind {row.kind}. Name one of kind {kind}.", "successors")
    rows = session.execute(select(Succession.predecessor, Succession.successor)).all()
    edges = gather((one, two) for one, two in rows) | {code: list(successors)}
    if way := find_loop(code, edges):
        refuse(f"Successors would go round: {' to '.join(way)}.", "successors")


def check_elsewhere(session: Session, codes: Collection[str]) -> None:
    """Check that successors said to be outside the service are, and that their codes can be."""
    for code in codes:
        refuse(find_code_fault(code), "elsewhere")
        if _get_state(session, code) is not None:
            refuse(f"{code} is on the service. Name it among the successors.", "elsewhere")


def check_name(session: Session, *, name: str, besides: Collection[str]) -> None:
    """Check that no other organisation that is not closed is called so."""
    called = select(Organisation.ods_code).where(
        Organisation.search_key == fold_name(name),
        Organisation.ods_code.not_in(sorted(besides)),
        Organisation.status != Status.CLOSED,
    )
    if (holder := session.scalar(called.limit(1))) is not None:
        words = f"{holder} is called {name} already. Choose another name, or say that both are."
        refuse(words, "name")


def get_placement(session: Session, *, code: str) -> Mapping[str, frozenset[str]]:
    """Who stands over a code and over each one under it, from parents and containers as stored.

    Two queries, whatever hangs under it: the links of before say what that is.
    """
    under = {*session.scalars(select(ScopeLink.below).where(ScopeLink.above == code)), code}
    parent = session.scalar(select(Organisation.parent).where(Organisation.ods_code == code))
    needed = under | (get_above(session, organisation=parent))
    rows = session.execute(
        select(Organisation.ods_code, Organisation.parent, Organisation.container).where(
            Organisation.ods_code.in_(sorted(needed))
        )
    ).all()
    parents = {row.ods_code: row.parent for row in rows}
    containers = {row.ods_code: row.container for row in rows}
    return {one: list_above(one, parents, containers) for one in sorted(under)}


def _check_over(session: Session, code: str, kinds: Collection[Kind], field: str) -> None:
    row = _get_state(session, code)
    if row is None:
        refuse(f"There is no organisation {code}. Add it first.", field)
    elif row.status == Status.CLOSED:
        refuse(_say_closed_successor(session, code), field)
    elif row.kind not in kinds:
        wanted = " or ".join(sorted(kinds))
        refuse(f"{code} is of kind {row.kind}; this needs a code of kind {wanted}.", field)


def _get_state(session: Session, code: str) -> Row[str, str] | None:
    rows = select(Organisation.status, Organisation.kind).where(Organisation.ods_code == code)
    return session.execute(rows).one_or_none()


def _say_closed_successor(session: Session, code: str) -> str:
    finals = get_final_successors(session, ods_code=code)
    return f"{code} is closed. " + (
        f"Use {' or '.join(finals)}, which took over." if finals else "Choose one that is open."
    )
