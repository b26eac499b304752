"""A flood from one source is slowed; another source is not."""

from flask import Flask

from lamppost.web.limits import PER_SOURCE, SIGN_INS_PER_SOURCE


def test_a_source_beyond_the_limit_is_told_when_to_come_back(app: Flask) -> None:
    most = int(PER_SOURCE.split()[0])
    client = app.test_client()
    flood = {"REMOTE_ADDR": "203.0.113.7"}

    for _ in range(most):
        assert client.get("/healthz", environ_base=flood).status_code == 200
    refused = client.get("/healthz", environ_base=flood)

    assert refused.status_code == 429
    assert "Too many requests" in refused.text
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get("/healthz", environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 200


def test_what_is_answered_from_memory_is_not_counted(app: Flask) -> None:
    client = app.test_client()
    answers = {client.get("/contacts/").status_code for _ in range(int(PER_SOURCE.split()[0]) + 5)}

    assert answers == {200}


def test_sign_in_has_a_limit_of_its_own_by_source(app: Flask) -> None:
    most = int(SIGN_INS_PER_SOURCE.split()[0])
    client = app.test_client()
    flood = {"REMOTE_ADDR": "203.0.113.9"}

    for _ in range(most):
        assert client.post("/sign-in", environ_base=flood).status_code == 400
    refused = client.post("/sign-in", environ_base=flood)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get("/sign-in", environ_base=flood).status_code == 200
    other = {"REMOTE_ADDR": "203.0.113.10"}
    assert client.post("/sign-in", environ_base=other).status_code == 400
