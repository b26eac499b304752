"""The delivery panel: what is owed and why, no secret, retry for those who may."""

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.web.keyset import PAGE_SIZE
from owed_mail import owe_one
from postmaster.access.roles import Role
from postmaster.audit.tables import AuditEntry
from postmaster.outbox.carrying import accept, claim_due, fail
from postmaster.outbox.reads import get_message
from postmaster.outbox.rules import MessageState
from postmaster.policy.actions import enter_presets
from visitors import csrf_token_of, put_person, sign_in

SECRET = "https://lamppost.test/join/s3cr3t"


@pytest.fixture
def messages(sqlite_engine: Engine, clock: FixedClock) -> list[int]:
    """One failed, one owed and secret, one accepted and secret."""
    with unit_of_work(sqlite_engine) as session:
        owed = [
            owe_one(session, key="1", subject="<b>Failed</b>", text="<i>Plain</i>"),
            owe_one(session, key="2", cause="people.reset", text=SECRET, is_secret=True),
            owe_one(session, key="3", text=SECRET, is_secret=True),
        ]
        failed, _, accepted = claim_due(session, most=3, now=clock.now())
        fail(session, message=failed, reason="550 No such mailbox")
        accept(session, message=accepted, now=clock.now())
    return owed


def as_role(app: Flask, engine: Engine, clock: FixedClock, role: Role) -> CheckingClient:
    client = app.test_client()
    person = put_person(engine, now=clock.now(), email=f"{role.value}@example.test", role=role)
    sign_in(client, engine, person_id=person, now=clock.now())
    return CheckingClient(client)


@pytest.fixture
def administrator(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> CheckingClient:
    return as_role(app, sqlite_engine, clock, Role.TENANT_ADMINISTRATOR)


def test_the_list_shows_what_is_owed_and_narrows_by_state_and_cause(
    administrator: CheckingClient, messages: list[int]
) -> None:
    failed, owed, accepted = (f'href="/admin/delivery/{message}/"' for message in messages)

    everything = administrator.get("/admin/delivery/").text
    assert failed in everything
    assert owed in everything
    assert "&lt;b&gt;Failed&lt;/b&gt;" in everything
    assert "s3cr3t" not in everything
    only_failed = administrator.get("/admin/delivery/?state=failed").text
    assert failed in only_failed
    assert accepted not in only_failed
    only_reset = administrator.get("/admin/delivery/?cause=people.reset").text
    assert owed in only_reset
    assert failed not in only_reset
    administrator.get("/admin/delivery/?state=nonsense&cause=%00&cursor=forged")


def test_a_long_list_goes_by_pages(administrator: CheckingClient, sqlite_engine: Engine) -> None:
    with unit_of_work(sqlite_engine) as session:
        for number in range(PAGE_SIZE + 1):
            owe_one(session, key=str(number))

    first = administrator.get("/admin/delivery/").text

    assert '"/admin/delivery/1/"' not in first
    cursor = first.partition("cursor=")[2].partition('"')[0]
    assert '"/admin/delivery/1/"' in administrator.get(f"/admin/delivery/?cursor={cursor}").text


def test_a_secret_text_is_never_shown(administrator: CheckingClient, messages: list[int]) -> None:
    plain, owed, accepted = (
        administrator.get(f"/admin/delivery/{message}/").text for message in messages
    )

    assert "&lt;i&gt;Plain&lt;/i&gt;" in plain
    assert "ann@practice.test" in plain
    assert "550 No such mailbox" in plain
    for page in (owed, accepted):
        assert "s3cr3t" not in page
        assert "shown to nobody" in page
    administrator.get("/admin/delivery/999/", status=404)


def test_an_administrator_tries_again_and_the_audit_tells(
    administrator: CheckingClient, sqlite_engine: Engine, messages: list[int]
) -> None:
    page = administrator.get(f"/admin/delivery/{messages[0]}/").text

    answer = administrator.client.post(
        f"/admin/delivery/{messages[0]}/retry", data={"csrf_token": csrf_token_of(page)}
    )

    assert (answer.status_code, answer.location) == (303, f"/admin/delivery/{messages[0]}/")
    with read_only(sqlite_engine) as session:
        found = get_message(session, message_id=messages[0])
        entry = session.execute(
            select(AuditEntry.action, AuditEntry.kind, AuditEntry.key, AuditEntry.changes)
        ).one()
    assert found is not None
    assert found.state is MessageState.OWED
    assert (entry.action, entry.kind, entry.key) == ("delivery.retry", "message", "1")
    assert "ann" not in entry.changes
    assert "/retry" not in administrator.get(f"/admin/delivery/{messages[0]}/").text


def test_an_auditor_looks_and_may_not_retry(
    app: Flask, sqlite_engine: Engine, clock: FixedClock, messages: list[int]
) -> None:
    auditor = as_role(app, sqlite_engine, clock, Role.AUDITOR)

    page = auditor.get(f"/admin/delivery/{messages[0]}/").text
    assert "/retry" not in page
    answer = auditor.client.post(
        f"/admin/delivery/{messages[0]}/retry", data={"csrf_token": csrf_token_of(page)}
    )
    assert answer.status_code == 403


def test_a_reader_and_a_stranger_see_nothing(
    app: Flask, sqlite_engine: Engine, clock: FixedClock, client: CheckingClient
) -> None:
    as_role(app, sqlite_engine, clock, Role.READER).get("/admin/delivery/", status=403)
    assert client.client.get("/admin/delivery/").status_code == 303


@pytest.mark.usefixtures("messages")
def test_failed_mail_waits_on_the_first_page_and_ready_tells_of_late_mail(
    administrator: CheckingClient, sqlite_engine: Engine, clock: FixedClock
) -> None:
    with unit_of_work(sqlite_engine) as session:
        # The first page counts days by the policy, as `db upgrade` enters it.
        enter_presets(session, by="system:test", now=clock.now())
    page = administrator.get("/admin/").text
    assert '<a href="/admin/delivery/?state=failed">1 message failed</a>' in page
    assert administrator.get("/readyz", status=503).json["outbox"] is True  # type: ignore[index]  # JSON

    clock.sleep(3700)

    assert administrator.get("/readyz", status=503).json["outbox"] is False  # type: ignore[index]  # JSON
