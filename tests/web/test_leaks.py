"""What is not public leaves no trace in any public output: no word, no count, no tag, no length.

Every public address is fetched before and after something hidden is planted, and must be the same
to the byte, headers included.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from bulletin_files import write_bulletin
from estate import BY, Estate
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.settings import Settings
from lamppost.snapshot.making import SnapshotMaker
from lamppost.status.actions import import_hssi_rows
from lamppost.status.hssis.drafts import Ask
from lamppost.status.hssis.texts import Wait
from lamppost.web.app import create_app
from postmaster.access.roles import Role
from postmaster.organisations.actions import add_organisation
from postmaster.policy.actions import enter_presets
from postmaster.registrations.rules import make_person
from probes.reading import QuarantinedRow
from public_outputs import HIDDEN, MARKER, Public, is_changing, leaks
from registering import Desk as Applying
from registering import open_sector, put_containers
from service_rows import (
    PORTAL,
    define_service,
    log_hssi,
    measure,
    plan_change,
    plan_release,
    plan_window,
)
from status_desk import Desk, a_text
from status_rows import NINE
from visitors import put_person


@pytest.fixture
def public(
    app: Flask, settings: Settings, clock: FixedClock, sqlite_engine: Engine, tmp_path: Path
) -> Public:
    """A service and bulletins with something on every page."""
    with unit_of_work(sqlite_engine) as session:
        enter_presets(session, by="system:test", now=NINE)
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS")
    log_hssi(sqlite_engine)
    log_hssi(sqlite_engine, "INC0", resolved_at=NINE, updated_at=NINE)
    plan_window(sqlite_engine)
    plan_change(sqlite_engine)
    plan_release(sqlite_engine)
    with unit_of_work(sqlite_engine) as session:
        put_containers(session, now=NINE)
        add_organisation(session, ods_code="RX1", name="Relay House", by=BY, now=NINE)
        open_sector(session)
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


def plant_waiting(engine: Engine, public: Public) -> None:
    """A bulletin that came another way and waits for review, and one changed so."""
    settings: Settings = public.app.config["LAMPPOST_SETTINGS"]
    words = {"title": MARKER, "summary": MARKER, "topics": f"[{MARKER}, bcdr]"}
    write_bulletin(settings.content_dir, "2018-04-07", **words)
    write_bulletin(settings.content_dir, **words)
    load_folder(engine, settings.content_dir, NINE, site=Site.of(settings), is_reviewed=True)


def plant_embargoed(engine: Engine, _public: Public) -> None:
    """One that waits for its moment, and one for a second person; guards know of both."""
    desk = Desk(engine)
    words = {"title": f"About {MARKER}", "summary": MARKER, "components": (PORTAL,)}
    later = Ask(publish_at=NINE + timedelta(hours=2))
    assert desk.put_up(a_text(**words), ref=HIDDEN, ask=later) is Wait.EMBARGO
    severe = a_text(**words, impact=1, urgency=1)
    assert desk.put_up(severe, ref=f"{HIDDEN}-2") is Wait.SECOND_PERSON


def plant_people(engine: Engine, _public: Public) -> None:
    """A site that applies, and an administrator: only those inside are told their names."""
    ann = make_person(
        first_name="Ann", last_name=MARKER, email=f"ann@{MARKER}.example", mobile="07700 900101"
    )
    desk = Applying(Estate(engine))
    desk.begin(ann, ods_code="FXHID", name=MARKER, town=MARKER, email=f"desk@{MARKER}.example")
    email, role = f"{MARKER}@relay.example", Role.LOCAL_ADMINISTRATOR
    put_person(engine, now=NINE, email=email, role=role, scope="RX1", name=MARKER)


PLANTS: tuple[Callable[[Engine, Public], None], ...] = (
    plant_quarantined,
    plant_drafts,
    plant_waiting,
    plant_embargoed,
    plant_people,
)


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
