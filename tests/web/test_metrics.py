"""`/metrics`: its figures are those of the database, and only for those who may read them."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import Engine, event

from audit_rows import record_some
from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from lamppost.pulse.actions import beat, finish_run, miss_run, start_run
from lamppost.settings import Settings
from lamppost.web.app import create_app
from lamppost.web.context import db
from owed_mail import owe_one
from service_rows import INCOMING, define_service, log_hssi, measure
from status_rows import NINE

TOKEN = "a-token-of-the-tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
INNER = {"REMOTE_ADDR": "10.1.2.3"}
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})


def scrape(client: FlaskClient) -> Samples:
    answer = client.get("/metrics", headers=HEADERS)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[(f"lamppost_{name}", frozenset(labels.items()))]


def test_the_figures_are_those_of_the_database(app: Flask, sqlite_engine: Engine) -> None:
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSF", INCOMING)
    log_hssi(sqlite_engine)
    log_hssi(sqlite_engine, "INC0", severity=1, resolved_at=NINE, updated_at=NINE)
    record_some(sqlite_engine, 3, NINE - timedelta(seconds=40))
    with unit_of_work(sqlite_engine) as session:
        beat(session, name="worker", holder="a:1", started_at=NINE, now=NINE - timedelta(seconds=7))
        miss_run(session, job="probe x", due_at=NINE, now=NINE)
        run = start_run(session, job="probe x", due_at=NINE, now=NINE)
        finish_run(session, run_id=run, job="probe x", error=None, now=NINE)
        owe_one(session, now=NINE - timedelta(minutes=2))
    found = scrape(app.test_client())

    assert value(found, "worker_heartbeat_age_seconds") == 7
    assert value(found, "job_runs_total", job="probe x", outcome="missed") == 1
    assert value(found, "job_runs_total", job="probe x", outcome="done") == 1
    assert value(found, "outbox_messages", state="owed") == 1
    assert value(found, "outbox_oldest_age_seconds") == 120
    assert value(found, "audit_unsealed_entries") == 3
    assert value(found, "audit_unsealed_age_seconds") == 40
    assert value(found, "probe_readings", probe=INCOMING, outcome="ok") == 3
    assert value(found, "probe_readings", probe=INCOMING, outcome="failed") == 1
    assert value(found, "probe_last_reading_age_seconds", probe=INCOMING) == 0
    assert value(found, "probe_delay_seconds", probe=INCOMING, quantile="0.95") == 10
    assert value(found, "component_state", component=INCOMING, state="degraded") == 1
    assert value(found, "component_state", component=INCOMING, state="operational") == 0
    assert value(found, "hssis_open", severity="2") == 1
    assert value(found, "hssis_open", severity="1") == 0
    assert not [name for name, _ in found if name.startswith(("python_", "process_"))]


def test_an_empty_service_has_figures_too_and_no_heartbeat(app: Flask) -> None:
    found = scrape(app.test_client())

    assert value(found, "outbox_oldest_age_seconds") == 0
    assert not [name for name, _ in found if name == "lamppost_worker_heartbeat_age_seconds"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer "}],
)
def test_others_are_told_how_to_be_answered(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().get("/metrics", headers=headers, environ_base=INNER)

    assert answer.status_code == 401
    assert "lamppost_" not in answer.text
    assert "LAMPPOST_METRICS_TOKEN" in answer.text


def test_an_inner_network_needs_no_token(
    settings: Settings, clock: FixedClock, sqlite_engine: Engine
) -> None:
    assert settings.storage_url() == str(sqlite_engine.url)
    inner = settings.model_validate(
        {**settings.model_dump(), "metrics_token": None, "hscn_networks": "10.0.0.0/8"}
    )
    client = create_app(inner, clock).test_client()

    assert client.get("/metrics", environ_base=INNER).status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 401
    told = client.get(
        "/metrics",
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
        headers={"X-Forwarded-For": "10.1.2.3"},
    )
    assert told.status_code == 401


def test_more_components_cost_no_more_queries(app: Flask, sqlite_engine: Engine) -> None:
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *all_: asked.append(all_[2]))
    scrape(app.test_client())
    few = len(asked)
    define_service(sqlite_engine)
    measure(sqlite_engine, "SSSS")
    asked.clear()
    scrape(app.test_client())

    assert len(asked) <= few + 2 <= 20
