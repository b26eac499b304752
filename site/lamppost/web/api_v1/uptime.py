"""Uptime for programs: any London days, and the months that are closed."""

from datetime import date, datetime, timedelta

from flask import Blueprint
from pydantic import Field

from lamppost.clock import london_date, london_midnight
from lamppost.status.policy import SHOWN_DAYS
from lamppost.status.uptime.formula import FORMULA
from lamppost.status.uptime.months import MonthNameError, parse_month
from lamppost.status.uptime.open_month import list_open_lines
from lamppost.status.uptime.reads import get_month, list_months
from lamppost.status.uptime.report import MonthLine
from lamppost.web.api_v1.asked import Asked, Day
from lamppost.web.api_v1.operation import not_found, operation
from lamppost.web.api_v1.shapes.paging import Listing
from lamppost.web.api_v1.shapes.uptime import (
    ComponentUptimeShape,
    FormulaShape,
    MonthDetailShape,
    MonthShape,
    PeriodUptimeShape,
)
from lamppost.web.context import now, session
from lamppost.web.problems import bad_argument

blueprint = Blueprint("api_v1_uptime", __name__, url_prefix="/api/v1")
LONGEST_DAYS = 366
_DAY = timedelta(days=1)


class AskedUptime(Asked):
    """Which London days."""

    first_on: Day | None = Field(None, alias="from", description="a day such as 2018-04-01")
    last_on: Day | None = Field(
        None, alias="to", description="a day such as 2018-04-30, included; today when left out"
    )


@blueprint.get("/uptime")
@operation(
    "Every component's uptime over some London days, with the formula and the coverage.",
    answer=PeriodUptimeShape,
    asked=AskedUptime,
)
def index(asked: AskedUptime) -> PeriodUptimeShape:
    """The last 90 days unless told."""
    return _answer(asked, None)


@blueprint.get("/components/<slug>/uptime")
@operation(
    "One component's uptime over some London days, with the formula and the coverage.",
    answer=PeriodUptimeShape,
    asked=AskedUptime,
)
def of_component(asked: AskedUptime, slug: str) -> PeriodUptimeShape:
    """The last 90 days unless told."""
    return _answer(asked, slug)


@blueprint.get("/uptime/months")
@operation("The months, the newest first.", answer=Listing[MonthShape], asked=Asked)
def months(_asked: Asked) -> Listing[MonthShape]:
    """Every month since the first that was measured."""
    found = list_months(session(), now=now())
    return Listing(items=[MonthShape.of(one) for one in found], next=None)


@blueprint.get("/uptime/months/<month>")
@operation("One month, closed for good or so far.", answer=MonthDetailShape, asked=Asked)
def month(_asked: Asked, month: str) -> MonthDetailShape:
    """With its formula, its addenda and, once closed, the digest of what it stands on."""
    try:
        report = get_month(session(), parse_month(month), now=now())
    except MonthNameError:
        report = None
    if report is None:
        raise not_found("month", month, "Take one from /api/v1/uptime/months, such as 2018-04.")
    return MonthDetailShape.of_report(report)


def _answer(asked: AskedUptime, slug: str | None) -> PeriodUptimeShape:
    first_on, last_on, ends_at = _period(asked, now())
    starts_at = london_midnight(first_on)
    lines = _lines(list_open_lines(session(), starts_at, ends_at), slug)
    return PeriodUptimeShape(
        first_on=first_on,
        last_on=last_on,
        starts_at=starts_at,
        ends_at=ends_at,
        formula=FormulaShape.of(FORMULA),
        components=[ComponentUptimeShape.of(line) for line in lines],
    )


def _lines(lines: tuple[MonthLine, ...], slug: str | None) -> list[MonthLine]:
    found = [line for line in lines if slug in (None, line.slug)]
    if slug is not None and not found:
        raise not_found("component", slug, "Take a slug from /api/v1/components.")
    return found


def _period(asked: AskedUptime, at: datetime) -> tuple[date, date, datetime]:
    """First and last day, and the moment the figures run to."""
    today = london_date(at)
    last_on = min(asked.last_on or today, today)
    first_on = asked.first_on or last_on - (SHOWN_DAYS - 1) * _DAY
    if first_on > last_on:
        raise bad_argument("from", "it is after the last day", "Give a day before it.")
    if (last_on - first_on).days >= LONGEST_DAYS:
        how = f"Ask for {LONGEST_DAYS} days at a time."
        raise bad_argument("from", f"that is more than {LONGEST_DAYS} days", how)
    return first_on, last_on, min(at, london_midnight(last_on + _DAY))
