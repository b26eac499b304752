"""No address vanishes unnoticed, none is public by accident, and looking changes nothing."""

from pathlib import Path

from flask import Flask
from sqlalchemy import event

from checking import CheckingClient
from lamppost.web.context import db
from lamppost.web.guard import AccessRule

ROUTES = Path(__file__).resolve().parents[1] / "house" / "routes.txt"
LOOKED_AT = ("/", "/status/", "/bulletins/", "/status/incidents/", "/status/changes/", "/readyz")


def test_the_addresses_are_the_ones_on_record(app: Flask) -> None:
    served = sorted({rule.rule for rule in app.url_map.iter_rules()})

    assert served == ROUTES.read_text(encoding="utf-8").split("\n")[:-1], "mend tests/house/routes"


def test_every_view_declares_who_may_use_it(app: Flask) -> None:
    silent = {
        name
        for name, view in app.view_functions.items()
        if not hasattr(view, "publicity") and not hasattr(view, "access_rule")
    }

    assert silent == set()


def test_every_view_under_admin_asks_for_a_sign_in(app: Flask) -> None:
    open_views = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin/")
        and getattr(app.view_functions[rule.endpoint], "access_rule", AccessRule("")).why_open
        is not None
    ]

    assert open_views == []


def test_no_get_commits_anything(client: CheckingClient, app: Flask) -> None:
    committed: list[str] = []
    with app.app_context():
        event.listen(db.engine, "commit", lambda _connection: committed.append("commit"))

    for path in LOOKED_AT:
        client.client.get(path)

    assert committed == []


def test_no_public_page_sets_a_cookie(client: CheckingClient) -> None:
    for path in LOOKED_AT:
        assert "Set-Cookie" not in client.client.get(path).headers
