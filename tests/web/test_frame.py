"""Headers, errors and static files."""

import pytest
from flask import Flask

from checking import CheckingClient
from lamppost.web.context import db
from lamppost.web.security import NHS_SCRIPT


def test_the_one_inline_script_is_the_one_the_policy_allows(client: CheckingClient) -> None:
    text = client.get("/feeds/").text

    assert text.count("<script>") == 1
    assert f"<script>{NHS_SCRIPT}</script>" in text


def test_an_unknown_address_gets_a_page_that_helps(client: CheckingClient) -> None:
    response = client.get("/nowhere/", status=404)

    assert "Page not found" in response.text
    assert "/contacts/" in response.text


def test_the_process_is_healthy_without_a_database(client: CheckingClient, app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()

    assert client.get("/healthz").text == "ok\n"


def test_not_ready_while_no_worker_beats(client: CheckingClient) -> None:
    answer = client.get("/readyz", status=503).json

    assert answer == {"database": True, "migrations": True, "scheduler": False, "outbox": True}


def test_a_static_file_is_served_and_a_stranger_is_not(client: CheckingClient) -> None:
    assert client.get("/assets/css/lamppost.css").mimetype == "text/css"
    assert client.get("/assets/VENDOR", status=404).status_code == 404
    assert client.get("/assets/../pyproject.toml", status=404).status_code == 404


@pytest.mark.parametrize("name", ["Content-Security-Policy", "X-Content-Type-Options"])
def test_every_answer_carries_the_headers(client: CheckingClient, name: str) -> None:
    for address, status in (("/feeds/", 200), ("/nowhere/", 404), ("/assets/js/app.js", 200)):
        assert client.get(address, status=status).headers[name]
