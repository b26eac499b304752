"""Finding an organisation by the beginning of its name or by its code: ODS codes are public."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from postmaster.organisations.criteria import KEY, begins_with
from postmaster.organisations.reads import get_final_successors, get_names, list_elsewhere
from postmaster.organisations.records import Named
from postmaster.organisations.rules import (
    Kind,
    Status,
    find_code_fault,
    fold_code,
    fold_name,
)
from postmaster.organisations.tables import Organisation

MOST_FOUND = 25
SHORTEST = 2
MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One organisation and who stands over it, from the nearest up; its container last.

    Of one that is closed, `successors` took over in the end, `elsewhere` outside the service.
    """

    organisation: Named
    kind: Kind
    over: Sequence[Named]
    container: Named | None
    successors: Sequence[Named]
    elsewhere: Sequence[str]


def find_organisations(session: Session, *, words: str) -> Sequence[Named]:
    """Those of this code, then those whose name begins so, by name; few enough for one page."""
    folded, code = fold_name(words.replace("\x00", "")), fold_code(words)
    columns = (Organisation.ods_code, Organisation.name, Organisation.status)
    rows: list[Row[str, str, str]] = []
    if None in {find_code_fault(code), find_code_fault(code, Kind.UNIT)}:
        rows += session.execute(select(*columns).where(Organisation.ods_code == code)).all()
    if len(folded) >= SHORTEST:
        named = select(*columns).where(begins_with(folded)).order_by(*KEY).limit(MOST_FOUND)
        rows += [row for row in session.execute(named) if row not in rows]
    return [Named(one, name, Status(status)) for one, name, status in rows[:MOST_FOUND]]


def find_organisation(session: Session, *, ods_code: str) -> Found | None:
    """One organisation by its code, whoever asks; None when there is none."""
    row = session.get(Organisation, fold_code(ods_code))
    if row is None:
        return None
    over: list[str] = []
    container = row.container
    at = row
    while at.parent is not None and len(over) < MOST_STEPS:
        over.append(at.parent)
        at = session.get_one(Organisation, at.parent)
        container = container or at.container
    finals = get_final_successors(session, ods_code=row.ods_code)
    codes = {row.ods_code, *over, *finals, *([container] if container else [])}
    names = get_names(session, codes=codes)
    return Found(
        organisation=names[row.ods_code],
        kind=Kind(row.kind),
        over=[names[code] for code in over],
        container=names[container] if container else None,
        successors=[names[code] for code in finals],
        elsewhere=list_elsewhere(session, ods_code=row.ods_code),
    )
