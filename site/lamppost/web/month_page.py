"""What the pages of months say, worded before their templates see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from lamppost.status.report import STATE_WORDS, State
from lamppost.status.uptime.report import (
    Addendum,
    MonthEntry,
    MonthLine,
    MonthReport,
    MonthState,
)
from lamppost.status.uptime.rules import say_percentage
from lamppost.status.uptime.wording import say_coverage
from lamppost.wording import say_count, say_duration, say_moment, say_month

# The states whose time a month's table tells, the worst first.
TOLD = (State.OUTAGE, State.PARTIAL, State.DEGRADED, State.MAINTENANCE)


@dataclass(frozen=True, slots=True)
class MonthLink:
    """One line of the list of months."""

    words: str
    address: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One component's month in words."""

    slug: str
    name: str
    group: str
    all_time: str
    agreed: str
    corrected: str
    coverage: str
    spent: str
    gap: str


@dataclass(frozen=True, slots=True)
class AddendumLine:
    """One correction in words."""

    number: int
    words: str
    reason: str
    written: str
    by: str


@dataclass(frozen=True, slots=True)
class MonthPage:
    """All a month's template shows."""

    title: str
    address: str
    state: MonthState
    standing: str
    formula: str
    rows: tuple[MonthRow, ...]
    addenda: tuple[AddendumLine, ...]
    digest: str | None
    gaps: tuple[MonthRow, ...]


def present_months(
    entries: Iterable[MonthEntry], *, under: str = "/status/history"
) -> tuple[MonthLink, ...]:
    """The list of months, the newest first, each with its address under a path."""
    return tuple(
        MonthLink(
            words=say_month(one.month),
            address=f"{under}/{one.month:%Y/%m}/",
            state=_standing(one),
            note=say_count(one.addenda, "addendum", "addenda") if one.addenda else "",
        )
        for one in entries
    )


def present_month(report: MonthReport) -> MonthPage:
    """One month in words."""
    rows = tuple(_row(line) for line in report.lines)
    names = {line.slug: line.name for line in report.lines}
    return MonthPage(
        title=say_month(report.entry.month),
        address=f"/status/history/{report.entry.month:%Y/%m}/",
        state=report.entry.state,
        standing=_standing(report.entry),
        formula=report.formula.words,
        rows=rows,
        addenda=tuple(_addendum(one, names) for one in report.addenda),
        digest=report.digest,
        gaps=tuple(row for row in rows if row.gap),
    )


def _standing(entry: MonthEntry) -> str:
    if entry.state is MonthState.CLOSED and entry.closed_at is not None:
        return f"Closed on {say_moment(entry.closed_at)}."
    return {
        MonthState.RUNNING: "Not over: the figures are those so far.",
        MonthState.SETTLING: (
            f"Over, and closed after {say_moment(entry.closes_at)}: until then late news of it "
            "still counts."
        ),
        MonthState.LEFT_OPEN: (
            "Never closed: the readings it stands on are no longer kept whole, so its figures "
            "cannot be checked."
        ),
        MonthState.CLOSED: "Closed.",
    }[entry.state]


def _row(line: MonthLine) -> MonthRow:
    return MonthRow(
        slug=line.slug,
        name=line.name,
        group=line.group,
        all_time=say_percentage(line.uptime.all_time),
        agreed=say_percentage(line.uptime.agreed),
        corrected=_corrected(line),
        coverage=say_coverage(line.uptime.coverage),
        spent=_spent(line),
        gap=_gap(line),
    )


def _corrected(line: MonthLine) -> str:
    if line.corrected is None:
        return ""
    both = (line.corrected.all_time, line.corrected.agreed)
    return " and ".join(dict.fromkeys(say_percentage(one) for one in both))


def _spent(line: MonthLine) -> str:
    said = [
        f"{STATE_WORDS[state].lower()} {_length(line.seconds[state])}"
        for state in TOLD
        if line.seconds.get(state)
    ]
    words = ", ".join(said)
    return f"{words[:1].upper()}{words[1:]}" if words else "None"


def _length(seconds: int) -> str:
    return say_duration(timedelta(seconds=seconds))


def _gap(line: MonthLine) -> str:
    if not line.unmeasured_s:
        return ""
    words = f"not measured for {_length(line.unmeasured_s)} in all"
    if line.gap is None:
        return words
    begin, end = line.gap
    return f"{words}, the longest from {say_moment(begin)} to {say_moment(end)}"


def _addendum(one: Addendum, names: dict[str, str]) -> AddendumLine:
    name = names.get(one.component, one.component)
    return AddendumLine(
        number=one.number,
        words=(
            f"{name} was {STATE_WORDS[one.state].lower()} from {say_moment(one.starts_at)} "
            f"to {say_moment(one.ends_at)}."
        ),
        reason=one.reason,
        written=say_moment(one.written_at),
        by=one.written_by,
    )
