"""What is wrong with the lines of a file taken together, and with what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from postmaster.organisations.file_rows import FileRow, Finding
from postmaster.organisations.rules import (
    Kind,
    Status,
    decide_next_status,
    find_date_fault,
    find_lag_fault,
    find_loop,
)


def check_together(
    rows: Sequence[FileRow], stored: Mapping[str, FileRow], *, today: date
) -> list[Finding]:
    """Every finding, by the line it is about; a code may come later in the file."""
    after = {**stored, **{row.ods_code: row for row in rows}}
    holders: dict[str, str] = {}
    for code, row in after.items():
        if row.short_code and row.status is not Status.CLOSED:
            holders.setdefault(row.short_code, code)
    open_under: dict[str, str] = {}
    for code, row in after.items():
        if row.status is not Status.CLOSED:
            open_under.update({over: code for over in (row.parent, row.container) if over})
    found = []
    first: dict[str, int] = {}
    for row in rows:
        if row.ods_code in first:
            words = f"{row.ods_code} is on line {first[row.ods_code]} already. Keep one."
            found.append(Finding(row.line, words))
            continue
        first[row.ods_code] = row.line
        faults = [*_check_self(row, stored.get(row.ods_code), today), *_check_place(row, after)]
        holder = holders.get(row.short_code or "", row.ods_code)
        if row.status is not Status.CLOSED and holder != row.ods_code:
            faults.append(f"{holder} has the short code {row.short_code}. Choose another.")
        if row.status is Status.CLOSED and (child := open_under.get(row.ods_code)):
            faults.append(f"{child} is under it and not closed. Move or close that first.")
        found += [Finding(row.line, fault) for fault in faults]
    return [*found, *_check_loops(rows, after)]


def _check_self(row: FileRow, before: FileRow | None, today: date) -> Iterator[str]:
    if fault := find_date_fault(row.status, row.opened_on, row.closed_on, today):
        yield fault
    if fault := find_lag_fault(row.status, row.opened_on, row.ods_closed_on, today):
        yield fault
    if (row.successors or row.elsewhere) and row.status is not Status.CLOSED:
        yield "Only a closed organisation has successors. Leave them out or close it."
    if before is None:
        return
    if fault := decide_next_status(before.status, row.status):
        yield fault
    if before.kind is not row.kind:
        yield f"{row.ods_code} is of kind {before.kind} here; a kind never changes."


def _check_place(row: FileRow, after: Mapping[str, FileRow]) -> Iterator[str]:
    if row.kind is Kind.CONTAINER and (row.parent or row.container):
        yield "A container stands alone. Leave parent and container empty."
    if row.kind is Kind.UNIT and (not row.parent or row.container):
        yield "A unit stands under an organisation or another unit, and in no container."
    over_it = {Kind.ORGANISATION, *([Kind.UNIT] if row.kind is Kind.UNIT else [])}
    wanted = ((row.parent, over_it), (row.container, {Kind.CONTAINER}))
    for code, kinds in wanted:
        over = after.get(code or "")
        if code and over is None:
            yield f"{code} is neither in the file nor stored. Add it or mend the code."
        elif over and over.kind not in kinds:
            needed = " or ".join(sorted(kinds))
            yield f"{code} is of kind {over.kind}; this column needs one of kind {needed}."
    yield from _check_successors(row, after)


def _check_successors(row: FileRow, after: Mapping[str, FileRow]) -> Iterator[str]:
    for code in row.elsewhere:
        if code in after:
            yield f"{code} is on the service. Name it among the successors, not elsewhere."
    for code in row.successors:
        if code not in after:
            yield f"The successor {code} is neither in the file nor stored. Add it."
        elif after[code].kind is not row.kind:
            yield f"The successor {code} is of kind {after[code].kind}. Name another."


def _check_loops(rows: Sequence[FileRow], after: Mapping[str, FileRow]) -> Iterator[Finding]:
    parents = {code: (row.parent,) for code, row in after.items() if row.parent}
    successors = {code: row.successors for code, row in after.items() if row.successors}
    for row in rows:
        if row.parent and (way := find_loop(row.ods_code, parents)):
            yield Finding(row.line, f"Parents go round: {' to '.join(way)}. Break the loop.")
        if row.successors and (way := find_loop(row.ods_code, successors)):
            yield Finding(row.line, f"Successors go round: {' to '.join(way)}. Break the loop.")
