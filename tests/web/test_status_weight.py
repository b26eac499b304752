"""A hundred components with ninety days: as many queries as for two, and light to send."""

import gzip
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, update

from checking import CheckingClient
from lamppost.database import unit_of_work
from lamppost.status.days import DayTotals, pack_day
from lamppost.status.report import State
from lamppost.status.tables import Component
from lamppost.web.context import db
from service_rows import define_service

TODAY = date(2018, 4, 9)
STATES = (State.OUTAGE, State.DEGRADED, State.PARTIAL, State.UNKNOWN, State.MAINTENANCE)


def fill(engine: Engine, components: int) -> None:
    """Components with ninety days each, no two alike: the worst case for compression."""
    names = [(f"c{n}", f"Component number {n}", f"Group {n // 10}") for n in range(components)]
    define_service(engine, names)
    with unit_of_work(engine) as session:
        for place, (slug, _name, _group) in enumerate(names):
            days = ";".join(_day(place, number) for number in range(90))
            session.execute(update(Component).where(Component.slug == slug).values(days=days))


def _day(place: int, number: int) -> str:
    bad = float((place * 131 + number * 977) % 7000 + 60)
    state = STATES[(place * 7 + number * 3) % len(STATES)]
    totals = DayTotals({State.OPERATIONAL: 86400.0 - bad})
    if (place + number) % 3 == 0:
        totals.shown[state] = bad
    return pack_day(TODAY - timedelta(days=89 - number), totals)


@pytest.mark.parametrize("path", ["/status/", "/status/components/c1/", "/status/history/"])
def test_queries_do_not_grow_with_components(
    sqlite_engine: Engine, app: Flask, client: CheckingClient, path: str
) -> None:
    counts = []
    with app.app_context():
        engine = db.engine
    asked: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _cu, words, *_rest: asked.append(words)
    )
    for components in (2, 100):
        fill(sqlite_engine, components)
        app.extensions["page_cache"].forget()
        asked.clear()
        client.client.get(path)
        counts.append(len([words for words in asked if "generation" not in words]))

    assert counts[0] == counts[1] <= 15


def test_the_page_of_a_hundred_components_is_under_60_kb_compressed(
    sqlite_engine: Engine, client: CheckingClient
) -> None:
    fill(sqlite_engine, 100)
    page = client.get("/status/").data

    assert page.count(b"data-component=") == 100
    assert len(gzip.compress(page, 6)) < 60_000
