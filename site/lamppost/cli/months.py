"""`lamppost status months`, `month`, `export`, `close` and `correct`: uptime, a month at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.cli.context import EXIT_USAGE, json_option, print_json, settings_or_stop
from lamppost.cli.storage import ready_engine
from lamppost.clock import LONDON, SystemClock
from lamppost.database import read_only, unit_of_work
from lamppost.status.report import State
from lamppost.status.uptime.actions import MonthError, close_month, correct_month
from lamppost.status.uptime.document import Correction, write_document
from lamppost.status.uptime.months import MonthNameError, parse_month
from lamppost.status.uptime.reads import get_export, get_month, list_months
from lamppost.status.uptime.report import MonthReport, MonthState
from lamppost.status.uptime.wording import say_figures
from lamppost.wording import say_count, say_moment, say_month
from postmaster.access.actors import operator

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


class MonthType(click.ParamType[date]):
    """A month, written like 2018-04."""

    name = "YYYY-MM"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The first day of the month."""
        try:
            return parse_month(str(value))
        except MonthNameError as error:
            self.fail(f"{error}.", param, ctx)


month_option = click.option("--month", type=MonthType(), required=True, help="Like 2018-04.")


@click.command()
@json_option
def months(*, as_json: bool) -> None:
    """Every month that was measured, and where each stands."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        entries = list_months(session, now=SystemClock().now())
    if as_json:
        print_json([{**asdict(one), "month": f"{one.month:%Y-%m}"} for one in entries])
        return
    for one in entries:
        added = f", {say_count(one.addenda, 'addendum', 'addenda')}" if one.addenda else ""
        click.echo(f"{one.month:%Y-%m}  {one.state.value}{added}")


@click.command(name="month")
@month_option
@json_option
def month_command(*, month: date, as_json: bool) -> None:
    """One month's figures, closed or so far."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        report = _get(session, month)
    if as_json:
        print_json({**asdict(report), "formula": report.formula.words})
        return
    closed = report.entry.closed_at
    is_closed = report.entry.state is MonthState.CLOSED and closed is not None
    click.echo(
        f"{month:%Y-%m}, {f'closed {closed.isoformat()}' if is_closed and closed else 'not closed'}"
    )
    click.echo(report.formula.words)
    for line in report.lines:
        click.echo(say_figures(line.slug, line.uptime))
        if line.corrected is not None:
            click.echo(f"  corrected: {say_figures(line.slug, line.corrected)}")


@click.command()
@month_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file to write to.")
def export(*, month: date, out: Path | None) -> None:
    """A closed month with all its figures stand on, as JSON; docs/recompute_month.py checks it."""
    with ready_engine(settings_or_stop()) as engine, read_only(engine) as session:
        document = get_export(session, month)
    if document is None:
        click.echo(f"{say_month(month)} is not closed.", err=True)
        raise SystemExit(EXIT_USAGE)
    text = write_document(document)
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


@click.command()
@month_option
@click.option("--yes", is_flag=True, help="Close it; without it only what would be is said.")
def close(*, month: date, yes: bool) -> None:
    """Close a month for good, as the worker does by itself once it has settled."""
    now = SystemClock().now()
    with _acting() as engine, unit_of_work(engine) as session:
        digest = close_month(session, month=month, by=operator("status close"), now=now)
        report = _get(session, month)
        for line in report.lines:
            click.echo(say_figures(line.slug, line.uptime))
        if not yes:
            session.rollback()
            click.echo(f"{say_month(month)} would be closed like this. Add --yes to close it.")
            return
    click.echo(f"{say_month(month)} is closed; its document has the SHA-256 {digest}.")


@click.command()
@month_option
@click.option("--component", required=True, help="Its slug.")
@click.option("--from", "from_at", type=MOMENT, required=True, help="London time.")
@click.option("--until", "until_at", type=MOMENT, required=True, help="London time.")
@click.option("--state", type=click.Choice([state.value for state in State]), required=True)
@click.option("--reason", required=True, help="Why; everybody reads it.")
@click.option("--yes", is_flag=True, help="Add it; without it only what would be is said.")
def correct(
    *,
    month: date,
    component: str,
    from_at: datetime,
    until_at: datetime,
    state: str,
    reason: str,
    yes: bool,
) -> None:
    """Add to a closed month how a component was in truth; the closed figures stay."""
    begin, end = (moment.replace(tzinfo=LONDON) for moment in (from_at, until_at))
    with _acting() as engine, unit_of_work(engine) as session:
        number = correct_month(
            session,
            month=month,
            correction=Correction(component, begin, end, State(state)),
            reason=reason,
            by=operator("status correct"),
            now=SystemClock().now(),
        )
        report = _get(session, month)
        line = next(line for line in report.lines if line.slug == component)
        if line.corrected is not None:
            click.echo(f"closed:    {say_figures(line.slug, line.uptime)}")
            click.echo(f"corrected: {say_figures(line.slug, line.corrected)}")
        if not yes:
            session.rollback()
            click.echo(f"From {say_moment(begin)} to {say_moment(end)}. Add --yes to add it.")
            return
    click.echo(f"Addendum {number} to {say_month(month)} is made.")


def _get(session: Session, month: date) -> MonthReport:
    report = get_month(session, month, now=SystemClock().now())
    if report is None:
        click.echo(f"Nothing was measured in {say_month(month)}.", err=True)
        raise SystemExit(EXIT_USAGE)
    return report


@contextmanager
def _acting() -> Iterator[Engine]:
    """The engine; what a month refuses is said, and exit 2."""
    with ready_engine(settings_or_stop()) as engine:
        try:
            yield engine
        except MonthError as error:
            click.echo(f"{str(error)[:1].upper()}{str(error)[1:]}.", err=True)
            raise SystemExit(EXIT_USAGE) from None


VERBS = (months, month_command, export, close, correct)
