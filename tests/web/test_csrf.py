"""Every address that changes something asks for the token of the form, or says why not."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.web.csrf import EXEMPT
from postmaster.access.roles import Role
from visitors import csrf_token_of, put_person, sign_in

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def _unsafe(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of every rule with an unsafe method."""
    nobody = "00000000-0000-0000-0000-000000000000"
    found = []
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<int:\w+>", "7", rule.rule)
        address = re.sub(r"<(\w+:)?\w+>", nobody, address)
        found += [
            (rule.endpoint, method, address) for method in UNSAFE if method in (rule.methods or ())
        ]
    return found


def test_every_unsafe_address_refuses_a_request_without_token_or_is_on_the_list(
    app: Flask, sqlite_engine: Engine, clock: FixedClock
) -> None:
    person = put_person(
        sqlite_engine, now=clock.now(), email="a@example.nhs.uk", role=Role.TENANT_ADMINISTRATOR
    )
    client = app.test_client()
    sign_in(client, sqlite_engine, person_id=person, now=clock.now())
    unsafe = _unsafe(app)

    assert len(unsafe) >= 20
    for endpoint, method, address in unsafe:
        answer = client.open(address, method=method)
        is_refused = answer.status_code == 400 and "too old to be sent" in answer.text
        assert is_refused != (endpoint in EXEMPT), (method, address, answer.status_code)


def test_every_exemption_has_its_reason_and_its_address(app: Flask) -> None:
    endpoints = {endpoint for endpoint, _, _ in _unsafe(app)}

    assert set(EXEMPT) <= endpoints
    assert all(len(reason.split()) > 3 for reason in EXEMPT.values())


@pytest.mark.parametrize("token", ["", "not a token", "IjEyMyI.aaaa.bbbb"])
def test_a_page_left_open_too_long_says_what_to_do(app: Flask, token: str) -> None:
    answer = app.test_client().post("/sign-in", data={"csrf_token": token})

    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    assert "go back, load the page again" in answer.text


def test_a_token_of_another_session_is_refused(app: Flask) -> None:
    stranger, client = app.test_client(), app.test_client()
    token = csrf_token_of(stranger.get("/sign-in").text)
    client.get("/sign-in")

    assert client.post("/sign-in", data={"csrf_token": token}).status_code == 400
    assert stranger.post("/sign-in", data={"csrf_token": token}).status_code == 422
