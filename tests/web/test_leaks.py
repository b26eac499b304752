"""What is not public leaves no trace in any public output: no word, no count, no tag, no length.

Every public address is fetched before and after something hidden is planted, and must be the same
to the byte, headers included. The addresses come from the application itself, so a new public view
is covered from its first day; one whose argument nobody knows here fails the test until it is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from bulletin_files import write_bulletin
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from lamppost.snapshot.making import SnapshotMaker
from lamppost.status.actions import import_hssi_rows
from lamppost.web.api_v1.operation import Operation
from lamppost.web.app import create_app
from lamppost.web.public import Publicity
from probes.reading import QuarantinedRow
from service_rows import (
    INCOMING,
    PORTAL,
    define_service,
    log_hssi,
    measure,
    plan_change,
    plan_release,
    plan_window,
)
from status_rows import NINE

MARKER = "xyzzymarker"
HIDDEN = "INC-HIDDEN"
# Values of every argument of a public address, and of every query argument, by name.
VALUES: dict[str, tuple[str, ...]] = {
    "slug": (INCOMING, PORTAL, "2018-04-09", HIDDEN),
    "ref": ("INC1", HIDDEN),
    "kind": ("atom", "rss", "json", "topics", "audiences", "bcdr", "changes", "releases"),
    "name": ("atom", "rss", "json", "css/lamppost.css"),
    "value": ("bcdr", "la"),
    "topic": ("bcdr", MARKER),
    "audience": ("la",),
    "year": ("2018",),
    "month": ("04", "2018-04"),
    "day": ("2018-04-09",),
    "token": ("not-a-token",),
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "page": ("2",),
    "older-than": ("INC1", HIDDEN),
    "q": (MARKER, "relay", HIDDEN),
    "kind": ("incident", "bulletin"),
    "limit": ("1", "200"),
    "cursor": (MARKER,),
    "probe": (INCOMING,),
    "from": ("2018-04-01T00:00:00Z", "2018-04-01"),
    "until": ("2018-04-30T00:00:00Z",),
    "outcome": ("ok",),
    "by": ("day",),
    "to": ("2018-04-30",),
    "days_back": ("30",),
    "state": ("open", "resolved"),
    "severity": ("1",),
    "component": (INCOMING, PORTAL),
    "since": ("2018-04-01T00:00:00Z",),
    "year": ("2018",),
    "topic": ("bcdr", MARKER),
    "audience": ("la",),
}
# What a view that keeps no answer reads; the API declares its own.
READ_BESIDE = {"/search": ("q", "kind", "year")}
# What a page for one reader or a process says of itself is not the same twice; it is only searched.
CHANGING = ("/sign-in", "/sign-out", "/metrics", "/invitation/", "/keep/", "/readyz")
KEPT = ("ETag", "Last-Modified", "Content-Length", "Content-Type", "Location", "Link")
Output = tuple[int, bytes, tuple[str | None, ...]]


@dataclass
class Public:
    """Every public output of a site at a moment."""

    app: Flask
    maker: SnapshotMaker
    folder: Path
    unknown: set[str] = field(default_factory=set)

    def read(self) -> dict[str, Output]:
        """By address what is answered, the files of the static copy included."""
        self.app.extensions["page_cache"].forget()
        client = self.app.test_client()
        found = {address: _ask(client, address) for address in sorted(set(self.addresses()))}
        self.maker.make(self.folder)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                found[f"copy:{path.relative_to(self.folder)}"] = (200, path.read_bytes(), ())
        return found

    def addresses(self) -> Iterator[str]:
        """Every address a stranger may ask for, with every value of its arguments."""
        for rule in self.app.url_map.iter_rules():
            view = self.app.view_functions[rule.endpoint]
            publicity: Publicity | None = getattr(view, "publicity", None)
            is_open = getattr(getattr(view, "access_rule", None), "why_open", None) is not None
            if "GET" not in (rule.methods or ()) or not (publicity or is_open):
                continue
            names = re.findall(r"<(?:[^<>]*:)?(\w+)>", rule.rule)
            self.unknown |= {f"{name} of {rule.rule}" for name in names if name not in VALUES}
            pattern = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
            for values in product(*(VALUES.get(name, ()) for name in names)):
                address = pattern.format(**dict(zip(names, values, strict=True)))
                yield address
                for argument in _arguments(view, rule.rule):
                    if argument not in ARGUMENTS:
                        self.unknown.add(f"?{argument} of {rule.rule}")
                    for value in ARGUMENTS.get(argument, ()):
                        yield f"{address}?{urlencode({argument: value})}"


def _arguments(view: Any, rule: str) -> list[str]:
    """The query arguments a view reads, as it declares them."""
    publicity: Publicity | None = getattr(view, "publicity", None)
    declared: Operation | None = getattr(view, "operation", None)
    found = set(READ_BESIDE.get(rule, ())) | set(publicity.arguments if publicity else ())
    if declared is not None:
        found |= {one.alias or name for name, one in declared.asked.model_fields.items()}
    return sorted(found)


def _ask(client: FlaskClient, address: str) -> Output:
    answer = client.get(address)
    return answer.status_code, answer.data, tuple(answer.headers.get(name) for name in KEPT)


@pytest.fixture
def public(
    app: Flask, settings: Settings, clock: FixedClock, sqlite_engine: Engine, tmp_path: Path
) -> Public:
    """A service and bulletins with something on every page."""
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS")
    log_hssi(sqlite_engine)
    log_hssi(sqlite_engine, "INC0", resolved_at=NINE, updated_at=NINE)
    plan_window(sqlite_engine)
    plan_change(sqlite_engine)
    plan_release(sqlite_engine)
    write_bulletin(settings.content_dir)
    load_folder(sqlite_engine, settings.content_dir, clock.now(), site=Site.of(settings))
    return Public(app, SnapshotMaker(settings, clock), tmp_path / "copy")


def plant_quarantined(engine: Engine, _public: Public) -> None:
    """A row of the log that was not taken in: only the inner networks are shown it."""
    with unit_of_work(engine) as session:
        import_hssi_rows(
            session,
            rows=(),
            quarantined=[QuarantinedRow("log", 9, f"{MARKER} is no date", f"{HIDDEN},{MARKER}")],
            source="log",
            now=NINE,
        )


def plant_drafts(engine: Engine, public: Public) -> None:
    """A bulletin being written, and one that waits for its day."""
    settings: Settings = public.app.config["LAMPPOST_SETTINGS"]
    words = {"title": MARKER, "summary": MARKER, "topics": f"[{MARKER}, bcdr]"}
    write_bulletin(settings.content_dir, "2018-04-08", status="draft", published_at=None, **words)
    write_bulletin(
        settings.content_dir,
        "2018-04-10",
        status="scheduled",
        publish_at='"2018-04-10T09:00"',
        published_at=None,
        **words,
    )
    load_folder(engine, settings.content_dir, NINE, site=Site.of(settings))


PLANTS: tuple[Callable[[Engine, Public], None], ...] = (plant_quarantined, plant_drafts)


def test_what_is_hidden_changes_no_public_output(public: Public, sqlite_engine: Engine) -> None:
    before = public.read()
    assert public.unknown == set(), "say in VALUES or ARGUMENTS what to ask with"
    for plant in PLANTS:
        plant(sqlite_engine, public)
    after = public.read()

    assert set(after) == set(before)
    changed = [one for one in before if not is_changing(one) and before[one] != after[one]]
    assert changed == []
    said = [one for one, output in after.items() if leaks(one, output)]
    assert said == []


def test_the_fuller_page_does_say_it_where_it_may(
    public: Public, sqlite_engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    plant_quarantined(sqlite_engine, public)
    inner = settings.model_validate({**settings.model_dump(), "hscn_networks": "10.0.0.0/8"})
    client = create_app(inner, clock).test_client()

    assert MARKER in client.get("/status/n3/", environ_base={"REMOTE_ADDR": "10.1.2.3"}).text


def test_the_search_for_leaks_would_find_one(public: Public, sqlite_engine: Engine) -> None:
    log_hssi(sqlite_engine, HIDDEN, title=f"About {MARKER}", summary=MARKER)
    after = public.read()
    said = {one for one, output in after.items() if leaks(one, output)}

    assert {
        "/",
        "/status/",
        "/status/feed.atom",
        "/status/feed.json",
        "/status/incidents/",
        f"/status/incidents/{HIDDEN}/",
        "/api/v2/summary.json",
        "copy:status/index.html",
        "/sitemap.xml",
        "copy:api/v2/incidents.json",
    } <= said
    assert len(after) > 200


def is_changing(address: str) -> bool:
    """Whether an output is never the same twice, or was not there before."""
    return address.startswith(CHANGING)


def leaks(address: str, output: Output) -> bool:
    """Whether an output says the hidden word by itself: an answer may repeat what it was asked."""
    text = output[1].decode("utf-8", "replace").lower()
    asked = unquote(address).lower()
    return any(word.lower() in text and word.lower() not in asked for word in (MARKER, HIDDEN))
