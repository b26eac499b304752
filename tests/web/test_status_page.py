"""The status page: states in words, grey when stale, one block for htmx, nothing made twice."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.generation.actions import Area, bump_generation
from lamppost.web.context import db
from service_rows import (
    INCOMING,
    NAMES,
    PORTAL,
    define_service,
    log_hssi,
    measure,
    plan_change,
    plan_window,
)
from status_rows import NINE

HTMX = {"HX-Request": "true"}


pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """Seven components, all working, measured a moment ago."""
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSS")
    return sqlite_engine


def line_of(page: str, slug: str) -> str:
    """The words of one component's line."""
    found = re.search(rf'<li data-component="{slug}">(.*?)</li>', page, re.DOTALL)
    assert found, slug
    return " ".join(re.sub(r"<[^>]*>", " ", found[1]).split())


@contextmanager
def counted_queries(app: Flask) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_all_working_is_said_in_words_with_the_moment_to_the_second(client: CheckingClient) -> None:
    text = client.get("/status/").text

    assert "All parts of the service are working." in text
    assert "9:00:00am BST on 9 April 2018" in text
    assert "<title>Service status \u2013 Lamppost</title>" in text
    for slug, name, _group in NAMES:
        assert line_of(text, slug).startswith(name)
        assert "● Working" in line_of(text, slug)


@pytest.mark.parametrize(
    ("letters", "words"),
    [("SSSLLL", "▲ Degraded"), ("SSSFFF", "■ Outage"), ("UUU", "○ Not measured")],
)
def test_each_state_is_a_shape_and_a_word(
    service: Engine, client: CheckingClient, clock: FixedClock, letters: str, words: str
) -> None:
    clock.sleep(1800)
    measure(service, letters, INCOMING, until=clock.now())

    assert words in line_of(client.get("/status/").text, INCOMING)


def test_a_line_says_since_when_and_what_mail_sent_now_will_meet(client: CheckingClient) -> None:
    line = line_of(client.get("/status/").text, INCOMING)

    assert "A message sent now should arrive in under 15 seconds; 3 of the last 3 did." in line
    assert "Since 9 April 2018 at 8:50am BST." in line
    assert "Last 90 days: 1 working, 89 not measured." in line


def test_a_stalled_worker_turns_the_page_grey_by_itself(
    client: CheckingClient, clock: FixedClock, app: Flask
) -> None:
    client.get("/status/")
    clock.sleep(3 * 300 - 1)
    assert "● Working" in line_of(client.get("/status/").text, INCOMING)
    assert app.extensions["page_cache"].counters.made == 1

    clock.sleep(2)

    assert "○ Not measured" in line_of(client.get("/status/").text, INCOMING)


def test_htmx_gets_the_one_block_and_a_browser_the_page(client: CheckingClient) -> None:
    block, page = client.get("/status/", headers=HTMX).text, client.get("/status/").text

    assert block.lstrip().startswith('<div id="status-now"')
    assert "<html" not in block
    assert block.strip() in page
    assert 'data-hx-get="/status/"' in block
    assert 'data-refresh="20"' in block


def test_restored_history_gets_the_page(client: CheckingClient) -> None:
    headers = {**HTMX, "HX-History-Restore-Request": "true"}

    assert "<html" in client.get("/status/", headers=headers).text


def test_without_javascript_the_page_refreshes_itself(client: CheckingClient) -> None:
    for path in ("/status/", "/"):
        text = client.get(path).text
        assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in text


def test_only_the_sentence_is_announced(client: CheckingClient) -> None:
    text = client.get("/status/").text

    assert text.count("aria-live") == 1
    assert '<p class="nhsuk-u-visually-hidden" id="announcement" aria-live="polite"></p>' in text
    assert text.count("data-announce>") == 1


def test_open_incidents_recent_ones_and_the_next_test_are_listed(
    service: Engine, client: CheckingClient
) -> None:
    log_hssi(service, "INC1")
    early = NINE - timedelta(days=3)
    log_hssi(service, "INC2", title="Portal", raised_at=early, resolved_at=early)
    log_hssi(service, "INC3", raised_at=NINE - timedelta(days=8), resolved_at=NINE)
    plan_window(service)

    text = client.get("/status/").text

    assert "INC1: Relay delivery delays" in text
    assert "INC2: Portal" in text
    assert "INC3" not in text
    assert "21 to 30 September 2018, both days included" in text


def test_words_from_outside_are_escaped(service: Engine, client: CheckingClient) -> None:
    define_service(service, [("x", "<b>&", "<i>")])
    log_hssi(service, title="<script>", summary="a < b & c", components=())

    for path in ("/status/", "/status/components/x/", "/status/incidents/INC1/", "/"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text or path.endswith("/x/")
        assert "<b>&" not in text


def test_the_bars_are_pictures_with_a_title_in_words(client: CheckingClient) -> None:
    text = client.get("/status/").text

    assert text.count('role="img"') == len(NAMES)
    title = "Incoming internet email, day by day, the last 90 days: 1 working, 89 not measured"
    assert f"<title>{title}</title>" in text


def test_the_queries_do_not_grow_with_components_or_readings(
    sqlite_engine: Engine, app: Flask, client: CheckingClient
) -> None:
    counts = []
    for number in (2, 40):
        names = [(f"c{n}", f"Component {n}", "Group") for n in range(number)]
        define_service(sqlite_engine, names)
        measure(sqlite_engine, "S" * number, *(slug for slug, _name, _group in names))
        app.extensions["page_cache"].forget()
        with counted_queries(app) as asked:
            client.get("/status/")
        counts.append(len([one for one in asked if "generation" not in one]))

    assert counts[0] == counts[1] <= 12


def test_the_second_request_and_a_304_enter_no_template(
    app: Flask, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/status/")
    monkeypatch.setattr(app.jinja_env, "get_or_select_template", None)

    assert client.get("/status/").data == first.data
    client.get("/status/", status=304, headers={"If-None-Match": first.headers["ETag"]})


def test_a_new_reading_makes_the_page_anew(
    service: Engine, client: CheckingClient, clock: FixedClock, look_again: Callable[[], None]
) -> None:
    client.get("/status/")
    clock.sleep(900)
    measure(service, "FFF", PORTAL, until=clock.now())
    look_again()

    assert "■ Outage" in line_of(client.get("/status/").text, PORTAL)


def test_a_planned_change_shows_as_maintenance_while_it_runs(
    service: Engine, client: CheckingClient
) -> None:
    plan_change(service, starts_at=NINE - timedelta(minutes=1))
    with unit_of_work(service) as session:
        bump_generation(session, Area.STATUS)

    assert "✚ Maintenance" in line_of(client.get("/status/").text, INCOMING)
