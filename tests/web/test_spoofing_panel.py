"""The spoofing panels: a message judged, kept nowhere; a stage for two; each reader their own."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from checking import CheckingClient, check_page
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.nameservers import ZoneResolver
from lamppost.web.context import db
from lamppost.web.judging import RESOLVER
from postmaster.access.roles import Role
from postmaster.audit.tables import AuditEntry
from postmaster.spoofing.tables import SpoofLeave, SpoofPair, SpoofSighting, SpoofStage, SpoofWayOut
from prepared import accounts, organisations, prepare, presets, spoofing
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/spoofing/"
NOW = datetime(2019, 8, 20, 9, 0, tzinfo=UTC)
SPOOF = "From: clinic@nhs.net\r\nSubject: Hello\r\n\r\nPlease pay.\r\n"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def signed_in(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> SignIn:
    app.extensions[RESOLVER] = ZoneResolver({})
    prepare(sqlite_engine, presets, organisations, accounts, spoofing, now=NOW)
    number = iter(range(100))

    def make(role: Role, scope: str | None = None) -> FlaskClient:
        client = app.test_client()
        email = f"{role.value}{next(number)}@example.test"
        person_id = put_person(sqlite_engine, now=NOW, email=email, role=role, scope=scope)
        sign_in(client, sqlite_engine, person_id=person_id, now=clock.now())
        return client

    return make


def post(client: FlaskClient, address: str, **values: Any) -> tuple[int, str]:
    token = csrf_token_of(client.get(HOME).text)
    answer = client.post(
        address, data={"csrf_token": token, **values}, content_type="multipart/form-data"
    )
    return answer.status_code, answer.text


def ids(engine: Engine, column: Any, *where: Any) -> list[int]:
    with read_only(engine) as session:
        return list(session.scalars(select(column).where(*where).order_by(column)))


def test_every_page_of_the_sample_reads_well(signed_in: SignIn, sqlite_engine: Engine) -> None:
    client = CheckingClient(signed_in(Role.TENANT_ADMINISTRATOR))
    pages = ["", "judge/", "register/", "register/export/", "stages/", "stages/new/", "exceptions/",
             "exceptions/new/", "ways-out/", "relays/", "relays/new/", "log/",
             "notices/RX1/"]  # fmt: skip
    pages += [f"register/{one}/" for one in ids(sqlite_engine, SpoofPair.pair_id)[:4]]
    pages += [f"stages/{one}/" for one in ids(sqlite_engine, SpoofStage.stage_id)]
    pages += [f"exceptions/{one}/" for one in ids(sqlite_engine, SpoofLeave.leave_id)]
    pages += [f"ways-out/{one}/" for one in ids(sqlite_engine, SpoofWayOut.way_out_id)]

    texts = {page: client.get(HOME + page).text for page in pages}

    assert "Anticoagulation" not in texts[""]
    assert "anticoagulation.rx1@nhs.net" in texts["register/"]
    assert "but it was delivered" in texts[f"register/{ids(sqlite_engine, SpoofPair.pair_id)[0]}/"]
    assert "Rolled back" in texts["stages/"]
    assert "days left" in texts["exceptions/"]


def test_a_local_administrator_sees_only_who_wrote_to_theirs(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    client = CheckingClient(signed_in(Role.LOCAL_ADMINISTRATOR, "RX3"))

    text = client.get(f"{HOME}register/").text

    assert "rota@nhs.net" in text
    assert "outpatients.rx2@nhs.net" not in text
    foreign = ids(sqlite_engine, SpoofPair.pair_id, SpoofPair.claimed == "chief.executive@nhs.net")
    client.get(f"{HOME}register/{foreign[0]}/", 404)
    client.get(f"{HOME}stages/new/", 403)
    client.get(f"{HOME}notices/RX1/", 404)


@pytest.mark.parametrize("how", ["pasted", "uploaded"])
def test_a_message_is_judged_step_by_step_and_kept_nowhere(
    signed_in: SignIn, sqlite_engine: Engine, how: str
) -> None:
    client = signed_in(Role.LOCAL_HELPDESK, "RX1")
    before = len(ids(sqlite_engine, SpoofSighting.sighting_id))
    given: dict[str, Any] = {"network": "internet", "client_ip": "192.0.2.7"}
    given |= (
        {"message": SPOOF}
        if how == "pasted"
        else {"file": (io.BytesIO(SPOOF.encode()), "spoof.eml")}
    )

    status, text = post(client, f"{HOME}judge/", **given)

    assert status == 200
    check_page("judge", text)
    assert "It spoofs the service" in text
    assert "clinic@nhs.net" in text
    assert "Deleted; the sender hears nothing" in text
    assert len(ids(sqlite_engine, SpoofSighting.sighting_id)) == before
    assert "Please pay" not in text or how == "pasted"


@pytest.mark.parametrize("message", ["", "   ", "\x00", "<script>alert(1)</script>"])
def test_anything_at_all_may_be_pasted(signed_in: SignIn, message: str) -> None:
    client = signed_in(Role.LOCAL_HELPDESK, "RX1")

    status, text = post(client, f"{HOME}judge/", message=message, network="hscn")

    assert status == (422 if not message.strip() else 200)
    check_page("judge", text)
    assert "<script>alert" not in text


def propose(client: FlaskClient, **changes: str) -> tuple[int, str]:
    values = {
        "network": "hscn", "stage": "junk", "action": "", "kind": "lookalike", "days": "28",
        "from_at": "2019-09-01T09:00", "to_at": "", "source": "Board, item 4", **changes,
    }  # fmt: skip
    return post(client, f"{HOME}stages/new/", **values)


def test_a_stage_is_rehearsed_proposed_and_approved_by_somebody_else(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    first, second = signed_in(Role.TENANT_ADMINISTRATOR), signed_in(Role.TENANT_ADMINISTRATOR)
    asked = propose(first)
    assert asked[0] == 200
    check_page("rehearsal", asked[1])
    assert "What it would have met" in asked[1]

    assert propose(first, confirmed="yes")[0] == 303
    number = max(ids(sqlite_engine, SpoofStage.stage_id))
    with read_only(sqlite_engine) as session:
        digest = session.get_one(SpoofStage, number).digest
        begins = session.get_one(SpoofStage, number).from_at
    assert begins == datetime(2019, 9, 1, 8, 0, tzinfo=UTC)
    here = f"{HOME}stages/{number}/"
    assert "Somebody else must approve it" in first.get(here).text
    assert post(first, f"{here}approve", digest=digest)[0] == 422
    wrong = post(second, f"{here}approve", digest="other")
    assert wrong[0] == 422
    check_page("stage", wrong[1])
    assert post(second, f"{here}approve", digest=digest)[0] == 303
    assert "To come" in second.get(here).text

    assert post(second, f"{here}postpone/", from_at="2019-10-01T09:00", why="Asked")[0] == 303
    assert post(second, f"{here}postpone/", from_at="2019-09-15T09:00", why="Asked")[0] == 422
    assert post(second, f"{here}withdraw/", why="Not needed")[0] == 303


def test_a_proposal_with_a_mistake_comes_back_with_what_was_typed(signed_in: SignIn) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    for changes in ({"source": ""}, {"from_at": "2019-01-01T09:00", "confirmed": "yes"},
                    {"action": "reject", "confirmed": "yes"}):  # fmt: skip
        status, text = propose(client, **changes)
        assert status == 422
        check_page("new", text)
        assert "2019" in text


def test_one_person_rolls_back_what_is_in_force(signed_in: SignIn, sqlite_engine: Engine) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    (number,) = ids(
        sqlite_engine, SpoofStage.stage_id, SpoofStage.stage == "delete",
        SpoofStage.network == "internet",
    )  # fmt: skip
    here = f"{HOME}stages/{number}/"

    assert post(client, f"{here}roll-back/", why="")[0] == 422
    assert post(client, f"{here}roll-back/", why="A clinic's reminders")[0] == 303

    assert "Rolled back" in client.get(here).text
    assert "Tagged and put into junk" in client.get(HOME).text


def test_a_way_out_is_asked_for_moved_on_and_has_a_letter(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    client = signed_in(Role.LOCAL_ADMINISTRATOR, "RX3")
    (pair,) = ids(sqlite_engine, SpoofPair.pair_id, SpoofPair.claimed == "payroll@nhs.net")
    here = f"{HOME}register/{pair}/"

    assert post(client, f"{here}sort/", sort="supplier", evidence="We pay them")[0] == 303
    assert post(client, f"{here}way-out/", organisation="RX3", way="own-domain", note="")[0] == 422
    asked = post(client, f"{here}way-out/", organisation="rx3", way="own-domain", note="A call")
    assert asked[0] == 303
    way = max(ids(sqlite_engine, SpoofWayOut.way_out_id))
    page = CheckingClient(client).get(f"{HOME}ways-out/{way}/").text
    assert "a domain of your own" in page
    assert post(client, f"{HOME}ways-out/{way}/step", state="done", note="")[0] == 303
    assert post(client, f"{HOME}ways-out/{way}/step", state="asked", note="")[0] == 422
    assert post(client, f"{HOME}notices/RX3/", manner="off")[0] == 303


def test_an_exception_is_asked_for_here_and_decided_there(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    client, service = (
        signed_in(Role.LOCAL_ADMINISTRATOR, "RX1"),
        signed_in(Role.TENANT_ADMINISTRATOR),
    )
    values = {
        "organisation": "rx1", "claimed": "clinic@nhs.net", "infrastructure": "ptr:mailer.example",
        "network": "", "from_on": "2019-08-20", "to_on": "2019-09-20", "owner": "cso@nhs.net",
        "evidence": "Forty patients a week would miss their test without these reminders.",
    }  # fmt: skip
    short = post(client, f"{HOME}exceptions/new/", **{**values, "evidence": "Needed"})
    assert short[0] == 422
    check_page("new", short[1])
    assert post(client, f"{HOME}exceptions/new/", **values)[0] == 303
    number = max(ids(sqlite_engine, SpoofLeave.leave_id))
    here = f"{HOME}exceptions/{number}/"
    with read_only(sqlite_engine) as session:
        digest = session.get_one(SpoofLeave, number).digest
    assert post(service, f"{here}decide", digest="x", to="grant")[0] == 422
    assert post(service, f"{here}decide", digest=digest, to="grant")[0] == 303
    assert "Approved, 31 days left" in client.get(f"{HOME}exceptions/").text
    assert post(client, f"{here}end/", why="They have changed")[0] == 303


def test_a_copy_of_the_register_is_audited_ones_own_and_runs_no_formula(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    with unit_of_work(sqlite_engine) as session:
        row = session.scalars(select(SpoofPair).where(SpoofPair.claimed == "rota@nhs.net")).one()
        row.evidence = "=HYPERLINK(evil)"
    client = signed_in(Role.LOCAL_ADMINISTRATOR, "RX3")
    assert "Download the CSV file" in client.get(f"{HOME}register/export/?ticket=forged").text
    token = csrf_token_of(client.get(HOME).text)

    sent = client.post(f"{HOME}register/export/", data={"csrf_token": token})
    file = client.get(sent.headers["Location"])

    assert (sent.status_code, file.mimetype) == (303, "text/csv")
    assert "'=HYPERLINK(evil)" in file.text
    assert "outpatients.rx2" not in file.text
    with read_only(sqlite_engine) as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("spoofing.export") == 1
    other = signed_in(Role.LOCAL_ADMINISTRATOR, "RX1")
    assert "Download the CSV file" in other.get(sent.headers["Location"]).text


def test_the_start_page_says_what_waits(signed_in: SignIn) -> None:
    text = signed_in(Role.TENANT_ADMINISTRATOR).get("/admin/").text

    assert "1 stage of spoof policy to approve" in text
    assert "1 exception to decide" in text
    assert "went out against its verdict" in text


def test_a_relay_is_registered_and_ended(signed_in: SignIn) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    values = {"domain": "x.nhs.uk", "network": "192.0.2.0/28", "organisation": "RX1"}
    assert post(client, f"{HOME}relays/new/", **{**values, "network": "0.0.0.0/0"})[0] == 422
    assert post(client, f"{HOME}relays/new/", **values)[0] == 303
    assert post(client, f"{HOME}relays/3/end")[0] == 303
    assert "Ended" in client.get(f"{HOME}relays/").text


def test_the_register_costs_as_many_queries_for_one_row_as_for_many(
    signed_in: SignIn, app: Flask
) -> None:
    client = signed_in(Role.TENANT_ADMINISTRATOR)
    client.get(f"{HOME}register/")
    with app.app_context():
        engine = db.engine
    counts = []
    for query in ("?kind=subdomain", ""):
        seen: list[str] = []

        def listen(
            _c: object, _k: object, words: str, *_rest: object, into: list[str] = seen
        ) -> None:
            into.append(words)

        event.listen(engine, "before_cursor_execute", listen)
        client.get(f"{HOME}register/{query}")
        event.remove(engine, "before_cursor_execute", listen)
        counts.append(len([words for words in seen if words.startswith("SELECT spoof_")]))

    assert counts == [3, 3]


def test_nothing_of_a_proposal_outlives_its_rehearsal(
    signed_in: SignIn, sqlite_engine: Engine
) -> None:
    first, second = signed_in(Role.TENANT_ADMINISTRATOR), signed_in(Role.TENANT_ADMINISTRATOR)
    assert propose(first, confirmed="yes")[0] == 303
    number = max(ids(sqlite_engine, SpoofStage.stage_id))
    with read_only(sqlite_engine) as session:
        digest = session.get_one(SpoofStage, number).digest
    with unit_of_work(sqlite_engine) as session:
        session.get_one(SpoofStage, number).proposed_at = NOW - timedelta(hours=73)

    status, text = post(second, f"{HOME}stages/{number}/approve", digest=digest)

    assert status == 422
    assert "older than 72 hours" in text
