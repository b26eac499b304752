"""The organisations panel: each reader their own, forms that keep what was typed, closing."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from checking import CheckingClient, check_page
from lamppost.clock import FixedClock
from lamppost.database import read_only
from lamppost.web.context import db
from postmaster.access.roles import Role
from postmaster.organisations.tables import Organisation
from prepared import organisations, prepare
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/organisations/"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def signed_in(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> SignIn:
    prepare(sqlite_engine, organisations, now=clock.now())

    def make(role: Role, scope: str | None = None) -> FlaskClient:
        client = app.test_client()
        now = clock.now()
        email = f"{role.value}@example.test"
        person_id = put_person(sqlite_engine, now=now, email=email, role=role, scope=scope)
        sign_in(client, sqlite_engine, person_id=person_id, now=now)
        return client

    return make


def post(client: FlaskClient, address: str, **values: str) -> tuple[int, str]:
    token = csrf_token_of(client.get(HOME).text)
    answer = client.post(address, data={"csrf_token": token, **values})
    return answer.status_code, answer.text


def test_a_local_administrator_sees_only_what_is_under_theirs(signed_in: SignIn) -> None:
    client = CheckingClient(signed_in(Role.LOCAL_ADMINISTRATOR, "RX1"))

    text = client.get(HOME).text

    assert "Larkmoor Royal Infirmary" in text
    assert "Tarnside" not in text
    assert "new/" not in text
    client.get(f"{HOME}RX2/", 404)
    client.get(f"{HOME}new/", 403)


def test_a_search_by_htmx_gets_the_list_alone_and_accents_do_not_matter(signed_in: SignIn) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)

    text = client.get(f"{HOME}?q=st+orla", headers={"HX-Request": "true"}).text

    assert "St Órla" in text
    assert "<h1" not in text
    assert "Larkmoor" not in text


@pytest.mark.parametrize(
    "query", ["?q=RX1", "?status=closed", "?kind=container", "?q=%00", "?q=%25"]
)
def test_filters_live_in_the_address(signed_in: SignIn, query: str) -> None:
    CheckingClient(signed_in(Role.TENANT_ADMINISTRATOR)).get(HOME + query)


def test_every_organisation_of_the_sample_has_its_page(signed_in: SignIn) -> None:
    client = CheckingClient(signed_in(Role.TENANT_ADMINISTRATOR))

    for code in ("RX1", "NHSPHARMACY", "Y90011", "Y90010", "Y90021", "Y90050"):
        client.get(f"{HOME}{code}/")
        for form in ("change", "move", "close"):
            client.get(f"{HOME}{code}/{form}/")


def test_a_form_with_a_mistake_comes_back_with_what_was_typed(signed_in: SignIn) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)

    status, text = post(
        client, f"{HOME}new/", ods_code="RX1", name="Kept words", kind="organisation"
    )

    assert status == 422
    assert "Kept words" in text
    assert "never used again" in text
    assert "<title>Error: " in text
    check_page("new", text)


def test_closing_asks_once_more_and_is_for_good(signed_in: SignIn, sqlite_engine: Engine) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    values = {"successors": "A81002", "elsewhere": "ZZ9", "closed_on": "2018-04-01"}

    asked = post(client, f"{HOME}A81001/close/", **values)
    done = post(client, f"{HOME}A81001/close/", **values, confirmed="yes")
    again = post(client, f"{HOME}A81001/close/", **values, confirmed="yes")

    assert asked[0] == 200
    assert "cannot be undone" in asked[1]
    check_page("close", asked[1])
    assert (done[0], again[0]) == (303, 422)
    with read_only(sqlite_engine) as session:
        assert session.get_one(Organisation, "A81001").status == "closed"


def test_adding_changing_moving_and_closing_go_on_to_the_page(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    new = {"ods_code": "zz9", "name": "New", "kind": "organisation", "parent": "RX1"}

    codes = [
        post(client, f"{HOME}new/", **new)[0],
        post(client, f"{HOME}ZZ9/change/", name="Newer", short_code="newer")[0],
        post(client, f"{HOME}ZZ9/move/", parent="RX2", container="")[0],
        post(client, f"{HOME}ZZ9/status/")[0],
    ]

    assert codes == [303] * 4
    with read_only(sqlite_engine) as session:
        row = session.get_one(Organisation, "ZZ9")
        assert (row.name, row.parent, row.status) == ("Newer", "RX2", "closing")


def test_the_list_costs_as_many_queries_for_one_row_as_for_fifty(
    signed_in: SignIn, app: Flask
) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    counts = []
    client.get(HOME)
    with app.app_context():
        engine = db.engine
    for query in ("?q=RX1", ""):
        seen: list[str] = []

        def listen(
            _c: object, _k: object, words: str, *_rest: object, into: list[str] = seen
        ) -> None:
            into.append(words)

        event.listen(engine, "before_cursor_execute", listen)
        client.get(HOME + query)
        event.remove(engine, "before_cursor_execute", listen)
        # Once a second somebody looks at the generation of the public pages; not the list's doing.
        asked = [words for words in seen if words.startswith("SELECT")]
        counts.append(len([words for words in asked if "generation" not in words]))

    assert counts[0] == counts[1]
