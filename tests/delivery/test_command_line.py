"""`lamppost delivery`: what it prints, how it ends, what it changes."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select

from lamppost.cli import root
from lamppost.clock import SystemClock
from lamppost.database import read_only, unit_of_work
from owed_mail import owe_one
from postmaster.audit.tables import AuditEntry
from postmaster.outbox.carrying import accept, claim_due, fail
from postmaster.outbox.reads import count_by_state
from postmaster.outbox.rules import MessageState

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, storage_url: str) -> Run:
    monkeypatch.setenv("LAMPPOST_DATABASE_URL", storage_url)
    return lambda *words: CliRunner().invoke(root, ["delivery", *words])


def fail_some(engine: Engine) -> None:
    """Message 1 failed, message 2 is accepted."""
    now = SystemClock().now()
    with unit_of_work(engine) as session:
        owe_one(session, key="1", now=now)
        owe_one(session, key="2", now=now)
        one, two = claim_due(session, most=2, now=now)
        fail(session, message=one, reason="550")
        accept(session, message=two, now=now)


def test_status_counts_and_ends_with_1_when_something_failed(engine: Engine, run: Run) -> None:
    assert run("status").exit_code == 0
    fail_some(engine)

    result = run("status", "--json")

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["counts"]["failed"], told["counts"]["accepted"]) == (1, 1)
    assert told["is_well"] is told["has_mail_server"] is False


def test_status_ends_with_1_when_mail_waits_for_over_an_hour(engine: Engine, run: Run) -> None:
    now = SystemClock().now()
    with unit_of_work(engine) as session:
        owe_one(session, now=now - timedelta(minutes=50))
    assert run("status").exit_code == 0
    with unit_of_work(engine) as session:
        owe_one(session, key="2", now=now - timedelta(minutes=70))

    result = run("status")

    assert result.exit_code == 1
    assert "over an hour" in result.stdout
    assert "no mail leaves" in result.stderr


def test_retry_previews_then_does_it_and_the_audit_tells(engine: Engine, run: Run) -> None:
    fail_some(engine)

    preview = run("retry", "--all-failed")
    assert (preview.exit_code, "1 would be owed afresh" in preview.stdout) == (0, True)
    assert counted(engine) == (1, 0)

    assert "1 owed afresh." in run("retry", "1", "--yes").stdout
    assert counted(engine) == (0, 1)


def test_retry_says_why_a_message_cannot_be_tried_again(engine: Engine, run: Run) -> None:
    fail_some(engine)

    result = run("retry", "2", "99")

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "2: it is accepted, neither failed nor bounced.",
        "99: there is no such message.",
    ]
    assert run("retry").exit_code == 2


def counted(engine: Engine) -> tuple[int, int | None]:
    """Failed messages, and audit entries."""
    with read_only(engine) as session:
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
        return count_by_state(session)[MessageState.FAILED], entries
