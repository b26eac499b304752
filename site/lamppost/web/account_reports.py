"""The reports about accounts: each a title, columns, a statement by key, and cells of a row."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from lamppost.web.keyset import Column
from lamppost.wording import say_date
from postmaster.access.actors import Actor
from postmaster.accounts.possible import DISABLE_REASONS
from postmaster.accounts.reports import (
    DISABLED_KEY,
    MAILBOX_KEY,
    SAME_KEY,
    select_badly_owned,
    select_disabled,
    select_same,
)
from postmaster.accounts.rules import KIND_WORDS, STATUS_WORDS, Kind, Status
from postmaster.accounts.tasks import is_ending
from postmaster.days import london_day
from postmaster.inspection.visible import make_cell
from postmaster.lifecycle.cutoffs import make_cutoffs
from postmaster.lifecycle.lists import ITEM_KEY, LEAVER_KEY, select_leaving, select_overdue
from postmaster.lifecycle.words import WORDS
from postmaster.policy.reads import get_policy

Statement = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `select` is given session, reader, organisation and moment; `cells` a row."""

    path: str
    title: str
    words: str
    heads: Sequence[str]
    key: Sequence[Column]
    select: Callable[[Session, Actor, str | None, datetime], Statement]
    account_id: Callable[[AnyRow], int]
    cells: Callable[[AnyRow], Sequence[str]]


def write_report(
    session: Session, report: Report, *, reader: Actor, organisation: str | None, now: datetime
) -> Iterator[str]:
    """The report as a CSV file, line after line; no cell is run by a spreadsheet."""
    yield line_of(report.heads)
    statement = report.select(session, reader, organisation, now).order_by(*report.key)
    for row in session.execute(statement.execution_options(yield_per=_AT_ONCE)):
        yield line_of(report.cells(row))


def line_of(cells: Sequence[str]) -> str:
    """One line of a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerow([make_cell(cell) for cell in cells])
    return text.getvalue()


def _day(value: date | datetime | None) -> str:
    if value is None:
        return "Not known"
    return say_date(london_day(value) if isinstance(value, datetime) else value)


def _leaving(row: AnyRow) -> Sequence[str]:
    return (
        row.address, row.name, row.organisation, KIND_WORDS[Kind(row.kind)], WORDS[row.reason],
        _day(row.deletes_on), row.state, _day(row.accepted_at) if row.accepted_at else "No",
        row.title,
    )  # fmt: skip


PRE_DELETION = Report(
    "pre-deletion",
    "To be deleted",
    "Every account of your organisations that an open batch is to delete, with the day its notice "
    "names. Whoever needs one keeps it on its page.",
    ("Address", "Name", "ODS code", "Kind", "Because", "Deleted on", "State", "Notice taken",
     "Batch"),
    ITEM_KEY,
    lambda _session, reader, code, _now: select_leaving(reader=reader, organisation=code),
    lambda row: row.account_id,
    _leaving,
)  # fmt: skip
OVERDUE = Report(
    "overdue",
    "Leavers overdue and in no batch",
    "Leavers kept longer than the policy keeps them, whom no open batch holds, and what stands in "
    "the way of one. Those with nothing in the way go with the next batch.",
    ("Address", "Name", "ODS code", "Leaver since", "What stands in the way"),
    LEAVER_KEY,
    lambda session, reader, code, now: select_overdue(
        reader=reader, organisation=code,
        cutoffs=make_cutoffs(get_policy(session, on=london_day(now)), as_of=now),
    ),
    lambda row: row.account_id,
    lambda row: (
        row.address, row.name, row.organisation, _day(row.status_since),
        WORDS[row.blocker] if row.blocker else "Nothing",
    ),
)  # fmt: skip
OWNERS = Report(
    "owners",
    "Mailboxes without enough owners",
    "Shared mailboxes and rooms that nobody owns, or one person alone.",
    ("Address", "Name", "ODS code", "Kind", "Owners"),
    MAILBOX_KEY,
    lambda _session, reader, code, _now: select_badly_owned(reader=reader, organisation=code),
    lambda row: row.account_id,
    lambda row: (
        row.address, row.name, row.organisation, KIND_WORDS[Kind(row.kind)], str(row.owners),
    ),
)  # fmt: skip
DUPLICATES = Report(
    "duplicates",
    "One person, several accounts",
    "Living accounts of one organisation that share their name or their local number. One person "
    "has one account; two people may share a name.",
    ("Address", "Name", "ODS code", "State", "Local number"),
    SAME_KEY,
    lambda _session, reader, code, _now: select_same(reader=reader, organisation=code),
    lambda row: row.account_id,
    lambda row: (
        row.address, row.name, row.organisation, STATUS_WORDS[Status(row.status)],
        row.external_id or "",
    ),
)  # fmt: skip
DISABLED = Report(
    "disabled",
    "Disabled accounts whose day comes",
    "Disabled accounts whose own day, or the longest the policy keeps one, comes within 30 days.",
    ("Address", "Name", "ODS code", "Disabled since", "Meant until", "Because"),
    DISABLED_KEY,
    lambda session, reader, code, now: select_disabled(
        reader=reader, organisation=code, ending=is_ending(session, now=now)
    ),
    lambda row: row.account_id,
    lambda row: (
        row.address, row.name, row.organisation, _day(row.status_since), _day(row.disabled_until),
        DISABLE_REASONS.get(row.reason_code or "", row.reason_code or ""),
    ),
)  # fmt: skip
REPORTS = (PRE_DELETION, OVERDUE, OWNERS, DUPLICATES, DISABLED)
