"""Pages of months and days: closed figures with all one needs to check them, days in words."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.status.actions import refresh_days
from lamppost.status.report import State
from lamppost.status.uptime.actions import correct_month
from lamppost.status.uptime.document import Correction
from month_rows import (
    APRIL,
    BY,
    SETTLED,
    announce_change,
    close,
    log_incident,
    measure_month,
    prepare,
)
from prepared import reach

HOUR = timedelta(hours=1)
NOON = datetime(2018, 4, 10, 11, 0, tzinfo=UTC)
PATH = "/status/history/2018/04/"
INNER = {"REMOTE_ADDR": "127.0.0.1"}


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def closed(sqlite_engine: Engine, clock: FixedClock) -> Engine:
    """April with an outage, a gap, announced maintenance and an incident, closed and corrected."""
    reach(sqlite_engine, _close_april, key=_close_april)
    clock.set_to(SETTLED)
    return sqlite_engine


def _close_april(engine: Engine) -> None:
    prepare(engine)
    measure_month(
        engine,
        down=[(NOON, NOON + 3 * HOUR)],
        dark=[(NOON + 24 * HOUR, NOON + 30 * HOUR)],
    )
    announce_change(engine, NOON + 48 * HOUR)
    log_incident(engine, NOON + 72 * HOUR, NOON + 74 * HOUR)
    close(engine)
    with unit_of_work(engine) as session:
        correct_month(
            session,
            month=APRIL,
            correction=Correction("c0", NOON, NOON + HOUR, State.OPERATIONAL),
            reason="The probe's own network was down.",
            by=BY,
            now=SETTLED,
        )


@pytest.mark.usefixtures("closed")
def test_the_list_says_where_each_month_stands(client: CheckingClient) -> None:
    words = text_of(client.get("/status/history/").text)

    assert "April 2018 Closed on 4 May 2018 at midnight BST. 1 addendum." in words
    assert "March 2018 Over, and closed after 4 April 2018 at midnight BST" in words


@pytest.mark.usefixtures("closed")
def test_a_closed_month_prints_figures_formula_gap_addendum_and_digest(
    client: CheckingClient,
) -> None:
    words = text_of(client.get(PATH).text)

    assert "Component 0 99.440% 99.437% 99.580% and 99.577% 99.2%" in words
    assert "Uptime by formula 1 is the share of the measured time that was not lost." in words
    assert "Component 0: not measured for 5 hours 30 minutes in all, the longest from" in words
    assert "Component 0 was working from 10 April 2018 at midday BST" in words
    assert "Why: The probe's own network was down." in words
    assert "by a status operator" in words
    assert BY.reference not in words
    assert re.search(r"SHA-256 of the closed document: [0-9a-f]{64}", words)


@pytest.mark.usefixtures("closed")
def test_what_is_downloaded_gives_the_pages_figures(client: CheckingClient, tmp_path: Path) -> None:
    month = client.get(PATH + "month.json")
    script = client.get("/status/history/recompute_month.py")
    for name, answer in (("april.json", month), ("recompute_month.py", script)):
        (tmp_path / name).write_bytes(answer.data)

    told = subprocess.run(
        [sys.executable, "-I", "-S", "recompute_month.py", "april.json"],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={},
    ).stdout  # fmt: skip

    assert "c0: all time 99.440%, without announced maintenance 99.437%" in told
    assert "corrected: c0: all time 99.580%, without announced maintenance 99.577%" in told
    assert month.headers["Content-Disposition"] == 'attachment; filename="lamppost-2018-04.json"'
    assert json.loads(month.text)["document"]["month"] == "2018-04"


@pytest.mark.usefixtures("closed")
def test_a_month_that_runs_shows_its_figures_so_far(
    client: CheckingClient, clock: FixedClock
) -> None:
    clock.set_to(SETTLED - timedelta(days=3) + 2 * HOUR)

    words = text_of(client.get("/status/history/2018/05/").text)

    assert "Not over: the figures are those so far." in words
    client.get("/status/history/2018/05/month.json", status=404)


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("path", ["2018/06", "2017/01", "2018/13", "18/04", "2018/4"])
def test_months_that_never_were_are_not_found(client: CheckingClient, path: str) -> None:
    client.get(f"/status/history/{path}/", status=404)


def test_before_anything_is_measured_the_list_says_so(client: CheckingClient) -> None:
    assert "Nothing has been measured yet." in client.get("/status/history/").text


@pytest.mark.usefixtures("closed")
def test_a_day_tells_each_change_of_state_and_how_long_it_took(client: CheckingClient) -> None:
    words = text_of(client.get("/status/components/c0/days/2018-04-10/").text)

    assert "Component 0 on Tuesday 10 April 2018" in words
    assert "midday BST 3pm BST ■ Outage 3 hours" in words
    assert "3pm BST midnight BST ● Working 9 hours" in words
    assert "Uptime: 87.500%, measured 100%." in words
    assert "midday BST no figure no figure no figure 4, 4 failed" in words


@pytest.mark.usefixtures("closed")
def test_a_day_names_what_was_laid_over_it(client: CheckingClient) -> None:
    change = text_of(client.get("/status/components/c0/days/2018-04-12/").text)
    incident = text_of(client.get("/status/components/c0/days/2018-04-13/").text)

    assert "✚ Maintenance Planned change CHG1; announced in time, so left out" in change
    assert "CHG1 : Planned change, announced in time, from 12 April 2018 at midday" in change
    assert "◆ Partial outage Incident INC1. 2 hours" in incident


@pytest.mark.parametrize(("day", "hours"), [("2018-03-25", 23), ("2018-10-28", 25)])
def test_the_days_the_clocks_change_say_how_long_they_were(
    sqlite_engine: Engine, client: CheckingClient, clock: FixedClock, day: str, hours: int
) -> None:
    prepare(sqlite_engine)
    with unit_of_work(sqlite_engine) as session:
        refresh_days(session, now=SETTLED)
    clock.set_to(datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=3))

    assert f"this day had {hours} hours" in client.get(f"/status/components/c0/days/{day}/").text


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("day", ["2018-05-10", "2017-04-10", "yesterday", "20180410"])
def test_days_outside_the_ninety_are_not_found(client: CheckingClient, day: str) -> None:
    client.get(f"/status/components/c0/days/{day}/", status=404)
    client.get("/status/components/telex/days/2018-04-10/", status=404)


@pytest.mark.usefixtures("closed")
def test_a_component_shows_its_uptime_its_parts_of_the_day_and_its_days(
    client: CheckingClient,
) -> None:
    page = client.get("/status/components/c0/").text
    words = text_of(page)

    assert re.search(r"Uptime of the last 90 days: no figure, only 3\d\.\d% was measured", words)
    assert "How long messages took, by part of the day, the last 28 days" in words
    assert "Night, midnight to 7am 10 seconds 10 seconds 10 seconds 10 seconds" in words
    assert "While an incident was open 10 seconds" in words
    assert '<a href="/status/components/c0/days/2018-04-10/">10 April 2018</a>' in page
    assert "10 April 2018 ■ Outage working 1,260, outage 180" in words


REFUSED = ("components/c0", "incidents/INC1", "history", "history/2018/04")


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("path", REFUSED)
def test_the_fuller_record_is_refused_from_elsewhere(client: CheckingClient, path: str) -> None:
    page = client.get(f"/status/n3/{path}/", status=403).text

    assert "This page opens only on N3 or HSCN" in page
    assert BY.reference not in page
