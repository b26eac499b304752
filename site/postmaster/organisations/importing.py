"""A file of organisations: staged, checked whole, planned, applied; nothing is half-imported."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.tables import ScopeLink
from postmaster.audit.actions import Changes, record
from postmaster.days import london_day
from postmaster.organisations.file_checks import check_together
from postmaster.organisations.file_rows import COLUMNS, OPTIONAL, FileRow, Finding, read_row
from postmaster.organisations.reads import gather
from postmaster.organisations.rules import (
    Status,
    decide_succession_type,
    fold_name,
    list_above,
)
from postmaster.organisations.tables import Organisation, Succession, SuccessorElsewhere

_BATCH = 1000
_COLUMNS = (*(name for name in COLUMNS if name != "successors"), "ods_closed_on")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do; with findings it does nothing."""

    findings: Sequence[Finding] = ()
    new: Sequence[FileRow] = ()
    changed: Sequence[FileRow] = ()
    closed: Sequence[FileRow] = ()
    unchanged: int = 0
    before: Mapping[str, FileRow] = field(default_factory=dict)


def plan_import(session: Session, *, content: bytes, now: datetime) -> Plan:
    """Read a file and say what it would change, or everything that is wrong with it."""
    stored = {row.ods_code: row for row in _read_stored(session)}
    rows, findings = _stage(content, stored)
    findings += check_together(rows, stored, today=london_day(now))
    if findings:
        return Plan(findings=sorted(findings, key=lambda one: one.line))
    new = [row for row in rows if row.ods_code not in stored]
    differing = [
        row for row in rows if row.ods_code in stored and not row.is_same(stored[row.ods_code])
    ]
    closed = [row for row in differing if _closes(row, stored)]
    changed = [row for row in differing if not _closes(row, stored)]
    unchanged = len(rows) - len(new) - len(differing)
    return Plan((), new, changed, closed, unchanged, stored)


@acts(Action.ORGANISATIONS_WRITE)
def apply_import(session: Session, *, plan: Plan, by: Actor, now: datetime) -> int:
    """Do what the plan says, made in this same transaction; gives how many were written."""
    written = [*plan.new, *plan.changed, *plan.closed]
    if plan.findings or not written:
        return 0
    today = london_day(now)
    values = [_values(row, plan.before.get(row.ods_code), today) for row in written]
    known = set(plan.before)
    added = [one for one in values if one["ods_code"] not in known]
    if added:
        session.execute(insert(Organisation), added)
    if kept := [one for one in values if one["ods_code"] in known]:
        session.execute(update(Organisation), kept)
    _succeed(session, [row for row in written if _is_succession_new(row, plan)], now)
    for row in written:
        _record(session, row, plan.before.get(row.ods_code), by, now)
    _place(session, plan, written)
    return len(written)


def _closes(row: FileRow, stored: Mapping[str, FileRow]) -> bool:
    return row.status is Status.CLOSED and stored[row.ods_code].status is not Status.CLOSED


def _is_succession_new(row: FileRow, plan: Plan) -> bool:
    """Whether who succeeds is not what is stored; what is stored keeps when it was recorded."""
    before = plan.before.get(row.ods_code)
    if before is None:
        return bool(row.successors or row.elsewhere)
    said = (row.status, row.closed_on, row.successors, row.elsewhere)
    return said != (before.status, before.closed_on, before.successors, before.elsewhere)


def _stage(content: bytes, stored: Mapping[str, FileRow]) -> tuple[list[FileRow], list[Finding]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Finding(1, "The file is not UTF-8 text. Save it as CSV UTF-8.")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[FileRow] = []
    findings: list[Finding] = []
    try:
        head = [cell.strip().lower() for cell in next(reader, [])]
        if head not in ([*COLUMNS], [*COLUMNS, *OPTIONAL]):
            words = f"The first line must read {','.join(COLUMNS)}, or with {','.join(OPTIONAL)}."
            return [], [Finding(1, words)]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row, faults = read_row(cells, reader.line_num, head)
                findings += faults
                if row and len(head) == len(COLUMNS):
                    row = row.with_optional_of(stored.get(row.ods_code))
                rows += [row] if row else []
    except csv.Error as error:
        findings.append(Finding(reader.line_num, f"The line cannot be read: {error}. Mend it."))
    return rows, findings


def _read_stored(session: Session) -> Iterator[FileRow]:
    pairs = select(Succession.predecessor, Succession.successor)
    successors = gather((one, two) for one, two in session.execute(pairs))
    outside = select(SuccessorElsewhere.predecessor, SuccessorElsewhere.ods_code)
    elsewhere = gather((one, two) for one, two in session.execute(outside))
    for cells in session.execute(select(*(getattr(Organisation, name) for name in _COLUMNS))):
        code = cells[0]
        yield FileRow.of_stored(cells, successors.get(code, ()), elsewhere.get(code, ()))


def _values(row: FileRow, before: FileRow | None, today: date) -> dict[str, object]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["search_key"] = fold_name(row.name)
    if before is None or before.status is not row.status:
        values["closing_on"] = today if row.status is Status.CLOSING else None
        # What was planned for another status is over.
        values["closes_on"] = values["planned_successors"] = None
    return values


def _succeed(session: Session, written: Sequence[FileRow], now: datetime) -> None:
    closed = [row.ods_code for row in written]
    for start in range(0, len(closed), _BATCH):
        some = closed[start : start + _BATCH]
        for table in (Succession, SuccessorElsewhere):
            session.execute(delete(table).where(table.predecessor.in_(some)))
    today = london_day(now)
    rows = [_told(row, one, today, now) for row in written for one in row.successors]
    outside = [_told(row, one, today, now) for row in written for one in row.elsewhere]
    for told in rows:
        told["successor"] = told.pop("ods_code")
    for told in outside:
        told.pop("type")
    if rows:
        session.execute(insert(Succession), rows)
    if outside:
        session.execute(insert(SuccessorElsewhere), outside)


def _told(row: FileRow, other: str, today: date, now: datetime) -> dict[str, object]:
    return {
        "predecessor": row.ods_code,
        "ods_code": other,
        "effective_on": row.closed_on or today,
        "type": decide_succession_type([*row.successors, *row.elsewhere], is_rename=False),
        "recorded_at": now,
    }


def _record(
    session: Session, row: FileRow, before: FileRow | None, by: Actor, now: datetime
) -> None:
    after, was = row.as_text(), before.as_text() if before else {}
    changes: Changes = {
        name: (was.get(name), value) for name, value in after.items() if was.get(name) != value
    }
    record(
        session,
        action="organisations.import",
        kind="organisation",
        key=row.ods_code,
        organisation=row.ods_code,
        changes=changes,
        by=by.reference,
        now=now,
    )


def _place(session: Session, plan: Plan, written: Sequence[FileRow]) -> None:
    """State all scopes anew where any organisation stands elsewhere; in bulk, unlike one move."""
    everything = {**plan.before, **{row.ods_code: row for row in written}}
    parents = {code: row.parent for code, row in everything.items()}
    containers = {code: row.container for code, row in everything.items()}
    wanted = {
        (above, code) for code in everything for above in list_above(code, parents, containers)
    }
    held = {(above, below) for above, below in session.execute(
        select(ScopeLink.above, ScopeLink.below)
    )}  # fmt: skip
    gone = Counter(below for above, below in held - wanted if below in everything)
    for code in gone:
        session.execute(delete(ScopeLink).where(ScopeLink.below == code))
    missing = {pair for pair in wanted if pair not in held or pair[1] in gone}
    if missing:
        links = [{"above": above, "below": below} for above, below in sorted(missing)]
        session.execute(insert(ScopeLink), links)
