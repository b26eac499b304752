"""Badges: a picture with a word, a moment and a title, and nothing that runs."""

from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Engine

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.status.report import STATE_COLOURS, STATE_WORDS, State
from lamppost.web.badges import FILLS, SHAPES, draw_badge
from service_rows import INCOMING, define_service, measure
from status_rows import NINE

SVG = "{http://www.w3.org/2000/svg}"


def parse(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own picture


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rrggbb`."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_word_shape_moment_and_contrast(state: State) -> None:
    drawn = parse(draw_badge("Mail & <post>", state, NINE))
    texts = [one.text for one in drawn.iter(f"{SVG}text")]
    title = drawn.findtext(f"{SVG}title")

    assert texts == [
        "Mail & <post>",
        f"{SHAPES[state]} {STATE_WORDS[state]}",
        "9 April 2018 at 9am BST",
    ]
    assert title == f"Mail & <post>: {STATE_WORDS[state]}, as at 9 April 2018 at 9am BST"
    assert drawn.get("role") == "img"
    assert {one.tag.removeprefix(SVG) for one in drawn.iter()} == {
        "svg",
        "title",
        "rect",
        "g",
        "text",
    }
    assert 1.05 / (luminance(FILLS[STATE_COLOURS[state]]) + 0.05) >= 4.5


def test_the_service_and_a_component_have_one(
    sqlite_engine: Engine, client: CheckingClient
) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS", INCOMING)
    whole = client.get("/status/badge.svg")
    part = client.get(f"/status/components/{INCOMING}/badge.svg")

    assert whole.mimetype == part.mimetype == "image/svg+xml"
    assert "Not measured" in whole.text
    assert "Incoming internet email: Working" in part.text
    client.get("/status/badge.svg", status=304, headers={"If-None-Match": whole.headers["ETag"]})
    client.get("/status/components/nobody/badge.svg", status=404)


def test_a_badge_turns_grey_when_nothing_is_measured_any_more(
    sqlite_engine: Engine,
    client: CheckingClient,
    clock: FixedClock,
    look_again: Callable[[], None],
) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS", INCOMING)
    client.get(f"/status/components/{INCOMING}/badge.svg")
    clock.sleep(timedelta(hours=1).total_seconds())
    look_again()

    assert "Not measured" in client.get(f"/status/components/{INCOMING}/badge.svg").text


def test_before_the_first_reading_it_says_so(sqlite_engine: Engine, client: CheckingClient) -> None:
    define_service(sqlite_engine)

    assert "never measured" in client.get("/status/badge.svg").text
