"""Uptime with its formula and its coverage."""

from datetime import date, datetime

from pydantic import Field

from lamppost.status.report import State, Uptime
from lamppost.status.uptime.formula import Formula
from lamppost.status.uptime.report import Addendum, MonthEntry, MonthLine, MonthReport, MonthState
from lamppost.status.uptime.rules import PER_CENT
from lamppost.web.api_v1.shapes.paging import Shape


class FormulaShape(Shape):
    """How seconds became percentages."""

    version: str
    words: str
    weights: dict[State, float] = Field(description="the share of a second lost in a state")
    least_coverage_percent: float = Field(description="below it there is no figure")

    @classmethod
    def of(cls, formula: Formula) -> "FormulaShape":
        """From the formula itself."""
        return cls(
            version=formula.version,
            words=formula.words,
            weights={state: weight / 1000 for state, weight in formula.weights.items()},
            least_coverage_percent=formula.least_coverage / 10,
        )


class UptimeShape(Shape):
    """Percentages rounded down to thousandths; null where too little was measured."""

    all_time_percent: float | None = Field(description="nothing excused")
    agreed_percent: float | None = Field(
        description="without maintenance that was announced in time"
    )
    coverage_percent: float = Field(description="the share of the period that was measured")
    formula: str

    @classmethod
    def of(cls, uptime: Uptime) -> "UptimeShape":
        """From thousandths of a per cent."""
        return cls(
            all_time_percent=_percent(uptime.all_time),
            agreed_percent=_percent(uptime.agreed),
            coverage_percent=uptime.coverage / PER_CENT,
            formula=uptime.formula,
        )


class ComponentUptimeShape(Shape):
    """One component's figures, and the seconds they are made from."""

    component: str
    name: str
    group: str
    uptime: UptimeShape
    corrected: UptimeShape | None = Field(description="with every addendum, where there are some")
    seconds: dict[State, int] = Field(description="measured seconds in each state that had any")
    excused_s: int
    unmeasured_s: int

    @classmethod
    def of(cls, line: MonthLine) -> "ComponentUptimeShape":
        """From what the page of a month shows."""
        return cls(
            component=line.slug,
            name=line.name,
            group=line.group,
            uptime=UptimeShape.of(line.uptime),
            corrected=None if line.corrected is None else UptimeShape.of(line.corrected),
            seconds=dict(line.seconds),
            excused_s=line.excused_s,
            unmeasured_s=line.unmeasured_s,
        )


class PeriodUptimeShape(Shape):
    """The figures of some London days, both included; today counts up to the present."""

    first_on: date
    last_on: date
    starts_at: datetime
    ends_at: datetime
    formula: FormulaShape
    components: list[ComponentUptimeShape]


class MonthShape(Shape):
    """One line of the list of months."""

    month: str = Field(description="such as 2018-04")
    state: MonthState
    closes_at: datetime
    closed_at: datetime | None
    addenda: int

    @classmethod
    def of(cls, entry: MonthEntry) -> "MonthShape":
        """From the list of months."""
        return cls(
            month=f"{entry.month:%Y-%m}",
            state=entry.state,
            closes_at=entry.closes_at,
            closed_at=entry.closed_at,
            addenda=entry.addenda,
        )


class AddendumShape(Shape):
    """One correction of a closed month."""

    number: int
    component: str
    starts_at: datetime
    ends_at: datetime
    state: State
    reason: str
    written_at: datetime

    @classmethod
    def of(cls, one: Addendum) -> "AddendumShape":
        """Without who wrote it: that is the audit's to tell."""
        return cls(
            number=one.number,
            component=one.component,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state=one.state,
            reason=one.reason,
            written_at=one.written_at,
        )


class MonthDetailShape(MonthShape):
    """One month: closed for good, or so far."""

    starts_at: datetime
    ends_at: datetime
    formula: FormulaShape
    digest: str | None = Field(description="SHA-256 of the closed month's document")
    components: list[ComponentUptimeShape]
    corrections: list[AddendumShape]

    @classmethod
    def of_report(cls, report: MonthReport) -> "MonthDetailShape":
        """From what the page of the month shows."""
        entry = MonthShape.of(report.entry)
        return cls(
            **entry.model_dump(),
            starts_at=report.starts_at,
            ends_at=report.ends_at,
            formula=FormulaShape.of(report.formula),
            digest=report.digest,
            components=[ComponentUptimeShape.of(line) for line in report.lines],
            corrections=[AddendumShape.of(one) for one in report.addenda],
        )


def _percent(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / PER_CENT
