"""The site as production runs it: only its own name, only https, a cookie nobody else can set."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine

from lamppost.settings import SettingsError, load_settings
from lamppost.web.app import create_app
from lamppost.web.context import db

SECRET = "k7Qz0wXv3bN9sLr5tYh2mJc8dFg4pAe6"


@pytest.fixture
def production(sqlite_engine: Engine) -> Iterator[Flask]:
    made = create_app(
        load_settings(
            {
                "LAMPPOST_ENVIRONMENT": "production",
                "LAMPPOST_DATABASE_URL": str(sqlite_engine.url),
                "LAMPPOST_BASE_URL": "https://status.example.nhs.uk",
                "LAMPPOST_SECRET_KEY": SECRET,
            }
        )
    )
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_every_answer_asks_browsers_for_https_for_two_years(production: Flask) -> None:
    client = production.test_client()

    for path in ("/", "/sign-in", "/nowhere/"):
        answer = client.get(path, base_url="https://status.example.nhs.uk")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_the_cookie_is_tied_to_this_host_and_closed_to_scripts(production: Flask) -> None:
    answer = production.test_client().get("/sign-in", base_url="https://status.example.nhs.uk")
    cookie = answer.headers["Set-Cookie"]

    assert cookie.startswith("__Host-session=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain=" not in cookie


def test_another_name_in_the_host_header_is_refused(production: Flask) -> None:
    client = production.test_client()

    assert client.get("/sign-in", base_url="https://evil.example").status_code == 400
    assert client.get("/healthz", base_url="http://127.0.0.1:8000").status_code == 200


def test_no_answer_allows_unsafe_script_or_style(production: Flask) -> None:
    client = production.test_client()

    for path in ("/", "/sign-in", "/status/n3/"):
        answer = client.get(path, base_url="https://status.example.nhs.uk")
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LAMPPOST_SECRET_KEY", "a" * 40, "repeats itself"),
        ("LAMPPOST_SECRET_KEY", "short", "missing or shorter"),
        ("LAMPPOST_TRUSTED_PROXIES", "0.0.0.0/0", "names every address"),
        ("LAMPPOST_HSCN_NETWORKS", "10.0.0.0/8,::/0", "names every address"),
        ("LAMPPOST_BASE_URL", "http://status.example.nhs.uk", "must begin with https"),
        ("LAMPPOST_SEKRET_KEY", "x", "is not a setting"),
    ],
)
def test_production_refuses_what_is_not_safe_and_says_which(
    name: str, value: str, words: str
) -> None:
    given = {
        "LAMPPOST_ENVIRONMENT": "production",
        "LAMPPOST_BASE_URL": "https://status.example.nhs.uk",
        "LAMPPOST_SECRET_KEY": SECRET,
        name: value,
    }

    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(given)

    assert name in str(caught.value)
