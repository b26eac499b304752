"""Our own API on the log: what is published, narrowed, with updates and intervals."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from api import ApiClient
from service_rows import INCOMING, PORTAL, define_service, log_hssi
from status_rows import NINE

HOUR = timedelta(hours=1)


@pytest.fixture
def service(sqlite_engine: Engine) -> Engine:
    """Three incidents; one is open and has two updates, one is over, one is the Portal's."""
    define_service(sqlite_engine)
    log_hssi(sqlite_engine)
    log_hssi(sqlite_engine, severity=1, updated_at=NINE - HOUR, summary="A queue is stuck.")
    log_hssi(
        sqlite_engine,
        "INC0",
        raised_at=NINE - 50 * HOUR,
        updated_at=NINE - 48 * HOUR,
        resolved_at=NINE - 48 * HOUR,
    )
    log_hssi(sqlite_engine, "INC2", components=(PORTAL,), raised_at=NINE - HOUR)
    return sqlite_engine


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("narrowed", "refs"),
    [
        ("", ["INC2", "INC1", "INC0"]),
        ("state=open", ["INC2", "INC1"]),
        ("state=resolved", ["INC0"]),
        ("severity=1", ["INC1"]),
        (f"component={INCOMING}", ["INC1", "INC0"]),
        (f"component={INCOMING}&state=open", ["INC1"]),
        ("since=2018-04-08T00:00:00Z", ["INC2", "INC1"]),
        ("limit=1", ["INC2", "INC1", "INC0"]),
    ],
)
def test_the_log_can_be_narrowed_and_followed(
    api: ApiClient, narrowed: str, refs: list[str]
) -> None:
    assert [one["ref"] for one in api.follow(f"/incidents?{narrowed}")] == refs


@pytest.mark.usefixtures("service")
def test_an_incident_has_its_updates_and_intervals(api: ApiClient) -> None:
    one = api.get("/incidents/INC1")

    assert (one["severity"], one["is_open"], one["resolved_at"]) == (1, True, None)
    assert one["url"] == "http://lamppost.test/status/incidents/INC1/"
    assert [update["severity"] for update in one["updates"]] == [2, 1]
    assert one["updates"][1]["summary"] == "A queue is stuck."
    assert "Severity changed from 2 to 1." in one["updates"][1]["words"]
    assert one["intervals"] == [
        {
            "component": INCOMING,
            "state": "degraded",
            "started_at": "2018-04-09T06:00:00Z",
            "ended_at": "2018-04-09T07:00:00Z",
        },
        {
            "component": INCOMING,
            "state": "partial",
            "started_at": "2018-04-09T07:00:00Z",
            "ended_at": None,
        },
    ]


@pytest.mark.usefixtures("service")
def test_one_that_is_not_there_is_a_problem(api: ApiClient) -> None:
    problem = api.get("/incidents/INC404", 404)

    assert problem["detail"] == "There is no incident INC404."
    api.get("/incidents?severity=9", 400)
    api.get("/incidents?state=closed", 400)
