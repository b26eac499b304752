"""The OpenAPI document is valid, whole and kept to."""

import json

from flask import Flask
from openapi_spec_validator import validate

from api import ApiClient


def test_the_document_is_valid(api: ApiClient) -> None:
    validate(api.document)

    assert api.document["openapi"] == "3.1.0"
    assert api.document["servers"] == [{"url": "http://lamppost.test"}]


def test_every_address_of_the_api_is_in_it(app: Flask, api: ApiClient) -> None:
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/openapi.json"
    }

    assert set(api.document["paths"]) == served


def test_what_is_not_there_or_not_read_is_a_problem_too(api: ApiClient) -> None:
    for address, status in (("/api/v1/nothing", 404), ("/api/v2/nothing.json", 404)):
        answer = api.client.get(address)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert json.loads(answer.data)["instance"] == address
    posted = api.client.post("/api/v1/components")
    assert (posted.status_code, posted.mimetype) == (405, "application/problem+json")
    assert "GET" in posted.headers["Allow"]
    assert "only reads" in json.loads(posted.data)["detail"]


def test_a_database_that_is_away_is_a_problem_and_no_traceback(app: Flask, api: ApiClient) -> None:
    app.extensions["page_cache"].forget()
    (app.config["LAMPPOST_SETTINGS"].data / "lamppost.sqlite3").unlink()
    answer = api.client.get("/api/v1/components")

    assert answer.status_code == 503
    assert "Traceback" not in answer.text
    assert json.loads(answer.data)["detail"].endswith("Ask again in a minute.")
