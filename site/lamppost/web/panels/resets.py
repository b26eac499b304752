"""Password resets by channel: a month, its organisations, those before, who cannot by oneself."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.clock import london_date
from lamppost.web.context import now, session
from lamppost.web.guard import actor, panel
from lamppost.wording import say_month
from postmaster.access.matrix import Action
from postmaster.credentials.resets.reads import (
    MonthCount,
    count_missing,
    count_own_month,
    list_months,
    list_organisations,
)
from postmaster.credentials.resets.rules import CHANNEL_WORDS, Channel, say_share
from postmaster.days import add_months
from postmaster.organisations.rules import fold_code

blueprint = Blueprint("resets", __name__, url_prefix="/admin/resets")
MONTHS_SHOWN = 12
NONE = "None"


@blueprint.get("/")
@panel(Action.ACCOUNTS_READ)
def index() -> ResponseReturnValue:
    """One month of the reader's organisations; the last that is over unless one is asked for."""
    month, is_month = _read_month()
    code = fold_code(request.args.get("organisation", ""))[:32] or None
    found = count_own_month(session(), reader=actor(), month=month, organisation=code)
    months = list_months(
        session(), reader=actor(), last=_last_month(), many=MONTHS_SHOWN, organisation=code
    )
    organisations = list_organisations(session(), reader=actor(), month=month, organisation=code)
    page = render_template(
        "resets/index.html",
        found=found,
        month_words=say_month(month),
        is_running=month >= london_date(now()).replace(day=1),
        is_month=is_month,
        channels=_list_channels(found),
        channel_words=CHANNEL_WORDS,
        organisations=[
            (f"{one.name} ({one.ods_code})", *_cells(one.month), _say_rate(one.month))
            for one in organisations
        ],
        months=[(say_month(day), *_cells(one), _say_own_share(one)) for day, one in months],
        missing=count_missing(session(), reader=actor(), organisation=code),
        filters={"month": f"{month:%Y-%m}", "organisation": code or ""},
    )
    return page, 200 if is_month else 422


def _read_month() -> tuple[date, bool]:
    """The month asked for, and whether what was typed is one."""
    typed = request.args.get("month", "").strip()
    if not typed:
        return _last_month(), True
    try:
        return date.fromisoformat(f"{typed}-01"), True
    except ValueError:
        return _last_month(), False


def _last_month() -> date:
    return add_months(london_date(now()).replace(day=1), -1)


def _list_channels(found: MonthCount) -> list[tuple[str, str, str]]:
    """Words, count and share of each channel; nothing where nothing was reset."""
    shares = found.shares
    return [
        (CHANNEL_WORDS[channel], f"{found.counts[channel]:,}", say_share(shares[channel]))
        for channel in Channel
        if shares
    ]


def _cells(month: MonthCount) -> tuple[str, ...]:
    return (*(f"{month.counts[channel]:,}" for channel in Channel), f"{month.total:,}")


def _say_rate(month: MonthCount) -> str:
    return NONE if month.rate is None else f"{month.rate:,}"


def _say_own_share(month: MonthCount) -> str:
    shares = month.shares
    return say_share(shares[Channel.SELF_SERVICE]) if shares else NONE
