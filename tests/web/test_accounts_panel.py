"""The accounts panel: a search of one's own, the page that says why, and every act upon it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from checking import check_page
from desk import Desk, make_desk
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.web.context import db
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account, AccountConversion, AccountHold, MailboxMember

HOME = "/admin/accounts/"


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, clock: FixedClock) -> Desk:
    return make_desk(app, sqlite_engine, clock)


@pytest.fixture
def la(desk: Desk) -> FlaskClient:
    return desk.person(Role.LOCAL_ADMINISTRATOR, "RX1")


def test_a_search_finds_ones_own_as_one_types_and_as_a_plain_form(
    desk: Desk, la: FlaskClient
) -> None:
    desk.account("ann.orme@nhs.net", name="ORME, Ánn")
    desk.account("bob.orme@nhs.net", organisation="RX2", name="ORME, Bob")

    page = la.get(f"{HOME}?q=orme")
    block = la.get(f"{HOME}?q=ann.", headers={"HX-Request": "true"}).text

    check_page(HOME, page.text)
    assert "ann.orme@nhs.net" in page.text
    assert "bob.orme@nhs.net" not in page.text
    assert "ann.orme@nhs.net" in block
    assert "<h1" not in block
    assert "No account of yours" in la.get(f"{HOME}?q=zoe").text


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?q=%25", "?kind=shared&status=leaver", "?band=not+known", "?organisation=rx1",
     "?cursor=nonsense", "?status=nothing&band=nothing"],
)  # fmt: skip
def test_filters_live_in_the_address(desk: Desk, la: FlaskClient, query: str) -> None:
    desk.account("ann.orme@nhs.net")
    check_page(query, la.get(HOME + query).text)


def test_pages_go_on_and_back_over_addresses_and_names_together(
    desk: Desk, la: FlaskClient
) -> None:
    for number in range(30):
        desk.account(f"orme{number:02}@nhs.net", name=f"PIKE, {number}")
        desk.account(f"pike{number:02}@nhs.net", name=f"ORME, {number}")

    first = la.get(f"{HOME}?q=orme").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = la.get(following.replace("&amp;", "&")).text
    before = second.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0]

    rows = [text.count('<th scope="row"') for text in (first, second)]
    assert rows == [50, 10]
    assert la.get(before.replace("&amp;", "&")).text.count('<th scope="row"') == 50


def test_the_list_costs_as_many_queries_for_one_row_as_for_fifty(
    desk: Desk, la: FlaskClient, app: Flask
) -> None:
    counts = []
    la.get(HOME)
    with app.app_context():
        engine = db.engine
    for many in (1, 40):
        for number in range(many):
            desk.account(f"a{many}.{number}@nhs.net")
        seen: list[str] = []

        def listen(
            _c: object, _k: object, words: str, *_rest: object, into: list[str] = seen
        ) -> None:
            into.append(words)

        event.listen(engine, "before_cursor_execute", listen)
        la.get(f"{HOME}?q=a")
        event.remove(engine, "before_cursor_execute", listen)
        counts.append(len([words for words in seen if "generation" not in words]))
    assert counts[0] == counts[1]


def test_the_page_says_why_and_when_and_shows_what_one_may_do(desk: Desk, la: FlaskClient) -> None:
    mine = desk.account("ann@nhs.net", status=Status.LEAVER, days=60)
    other = desk.account("bob@nhs.net", organisation="RX2")

    page = la.get(f"{HOME}{mine}/")
    reader = desk.person(Role.NATIONAL_HELPDESK).get(f"{HOME}{mine}/").text

    check_page(HOME, page.text)
    assert "It is due since 11 March 2018 to become deleted." in page.text
    assert "No, it is due" in page.text
    assert "Cancel the mark of a leaver" in page.text
    assert "What you can do" not in reader
    assert la.get(f"{HOME}{other}/").status_code == 404
    assert la.get(f"{HOME}{2**63}/").status_code == 404


def test_a_person_is_made_opened_disabled_enabled_and_leaves(desk: Desk, la: FlaskClient) -> None:
    new = {
        "kind": "person", "organisation": "rx1", "name": "ORME, Ann", "external_id": "007",
        "address": "ann.orme@nhs.net", "mobile": "+44 7700 900123",
    }  # fmt: skip
    made = desk.post(la, f"{HOME}new/", **new)
    assert made.status_code == 303
    here = made.headers["Location"]
    account_id = int(here.rstrip("/").rsplit("/", 1)[1])

    def step(name: str, **form: str) -> int:
        seen = desk.seen(account_id)
        return desk.post(la, f"{here}{name}/", revision=seen, **form).status_code

    assert step("accept") == 303
    assert step("disable", reason_code="long-leave", until="2019-01-01") == 303
    assert desk.get(account_id).status == Status.DISABLED
    assert step("enable") == 303
    assert step("leaver") == 200
    assert desk.get(account_id).status == Status.ACTIVE
    assert step("leaver", confirmed="yes") == 303
    assert desk.get(account_id).status == Status.LEAVER
    assert step("leaver", confirmed="yes") == 422
    assert step("cancel-leaver") == 303
    row = desk.get(account_id)
    assert (row.status, row.mobile, row.external_id) == (Status.ACTIVE, "07700900123", "007")
    check_page(here, la.get(here).text)


def test_a_form_with_a_mistake_comes_back_with_what_was_typed(desk: Desk, la: FlaskClient) -> None:
    desk.account("ann.orme@nhs.net", name="ORME, Ann")
    new = {"kind": "person", "organisation": "RX1", "name": "ORME, Ann", "address": "a@nhs.net"}

    namesake = desk.post(la, f"{HOME}new/", **new)
    taken = desk.post(la, f"{HOME}new/", **new | {"address": "ann.orme@nhs.net", "is_another": "y"})
    lost = desk.post(la, f"{HOME}new/", **new | {"mobile": "7700900123"})

    assert [one.status_code for one in (namesake, taken, lost)] == [422] * 3
    assert "Somebody of this name has the account ann.orme@nhs.net" in namesake.text
    assert "accept it as a joiner" in taken.text
    assert "lost its leading zero" in lost.text
    assert 'value="ORME, Ann"' in lost.text
    check_page("new", lost.text)
    foreign = desk.post(la, f"{HOME}new/", **new | {"organisation": "RX2"})
    assert foreign.status_code == 404


def test_of_two_administrators_the_second_is_told_and_nothing_is_lost(
    desk: Desk, la: FlaskClient
) -> None:
    account_id = desk.account("ann@nhs.net")
    other = desk.person(Role.PRIMARY_LOCAL_ADMINISTRATOR, "RX1")
    seen = desk.seen(account_id)
    hold = {"kind": "legal", "reason": "Inquest of March", "review_on": "2019-01-01"}

    first = desk.post(other, f"{HOME}{account_id}/disable/", revision=seen, reason_code="incident")
    second = desk.post(la, f"{HOME}{account_id}/hold/", revision=seen, **hold)

    assert first.status_code == 303
    assert second.status_code == 422
    assert "Somebody changed this account" in second.text
    assert "Inquest of March" in second.text
    check_page("hold", second.text)
    with read_only(desk.engine) as session:
        assert session.scalars(select(AccountHold)).all() == []


def test_a_shared_mailbox_is_made_with_an_owner_and_never_left_without(
    desk: Desk, la: FlaskClient
) -> None:
    desk.account("ann@nhs.net")
    desk.account("bob@nhs.net")
    new = {"kind": "shared", "organisation": "RX1", "name": "Ward 7", "address": "ward7@nhs.net"}
    assert "Begin the address with larkmoor." in desk.post(la, f"{HOME}new/", **new).text
    new["address"] = "larkmoor.ward7@nhs.net"
    assert "Enter the address of the owner" in desk.post(la, f"{HOME}new/", **new).text
    here = desk.post(la, f"{HOME}new/", **new, owner="ann@nhs.net").headers["Location"]
    mailbox = int(here.rstrip("/").rsplit("/", 1)[1])
    page = la.get(here).text
    assert "Only one owner" in page
    with read_only(desk.engine) as session:
        first = session.scalars(select(MailboxMember.member_id)).one()

    end = f"{HOME}members/{first}/end/"
    check_page(end, la.get(end).text)
    refused = desk.post(la, end, revision=desk.seen(mailbox))
    given = desk.post(
        la, f"{here}members/new/", revision=desk.seen(mailbox), address="bob@nhs.net", role="owner"
    )
    ended = desk.post(la, end, revision=desk.seen(mailbox))

    assert (refused.status_code, given.status_code, ended.status_code) == (422, 303, 303)
    assert "Nobody else owns the mailbox" in refused.text
    assert "bob@nhs.net" in la.get(here).text
    assert la.get(end).status_code == 404


def test_a_leaver_of_another_organisation_is_accepted(desk: Desk, la: FlaskClient) -> None:
    account_id = desk.account("eve@nhs.net", organisation="RX2", status=Status.LEAVER)
    desk.account("ian@nhs.net", organisation="RX2")
    form = {"organisation": "RX1", "address": "Eve@nhs.net", "new_address": "eve.new@nhs.net"}

    strangers = [
        desk.post(la, f"{HOME}join/", **form | {"address": one})
        for one in ("ian@nhs.net", "nobody@nhs.net")
    ]
    joined = desk.post(la, f"{HOME}join/", **form)

    assert [one.status_code for one in strangers] == [422, 422]
    # Nobody learns by this form who has an account elsewhere.
    assert strangers[0].text.count("Ask its administrator") == strangers[1].text.count(
        "Ask its administrator"
    )
    assert joined.status_code == 303
    assert desk.get(account_id).organisation == "RX1"
    assert "eve@nhs.net receives until 8 July 2018" in la.get(joined.headers["Location"]).text


def test_holds_are_listed_by_their_day_and_lifted_after_asking_once_more(
    desk: Desk, la: FlaskClient
) -> None:
    account_id = desk.account("ann@nhs.net")
    for day in ("2019-05-01", "2018-05-01"):
        desk.post(
            la, f"{HOME}{account_id}/hold/", revision=desk.seen(account_id), kind="clinical",
            reason="Results", review_on=day,
        )  # fmt: skip
    listed = la.get(f"{HOME}holds/").text
    check_page("holds", listed)
    assert listed.index("1 May 2018") < listed.index("1 May 2019")
    assert "to be looked at" not in la.get("/admin/").text
    with unit_of_work(desk.engine) as session:
        hold = session.scalars(select(AccountHold).order_by(AccountHold.review_on)).first()
        assert hold is not None
        hold.review_on = desk.clock.now().date()
    assert "1 hold is to be looked at" in la.get("/admin/").text

    review = f"{HOME}holds/{hold.hold_id}/review/"
    check_page(review, la.get(review).text)
    seen = desk.seen(account_id)
    assert desk.post(la, review, revision=seen, review_on="2018-04-09").status_code == 422
    assert desk.post(la, review, revision=seen, review_on="2018-06-01").status_code == 303
    assert "to be looked at" not in la.get("/admin/").text

    lift = f"{HOME}holds/{hold.hold_id}/lift/"
    asked = desk.post(la, lift, revision=desk.seen(account_id))
    done = desk.post(la, lift, revision=desk.seen(account_id), confirmed="yes")

    assert (asked.status_code, done.status_code) == (200, 303)
    assert "1 more stand on the account" in asked.text
    assert desk.get(account_id).hold_count == 1
    assert la.get(f"{HOME}holds/?kind=legal").text.count("Results") == 0


def test_an_application_account_is_asked_for_checked_and_decided(
    desk: Desk, la: FlaskClient
) -> None:
    tenant = desk.person(Role.TENANT_ADMINISTRATOR)
    desk.account("ann@nhs.net")
    good = desk.account("appointment.reminder@nhs.net", name="Appointment reminders")
    person = desk.account("john.smith@nhs.net", name="SMITH, John")
    asked = {"owner": "ann@nhs.net", "why": "Sends reminders"}
    for account_id in (good, person):
        here = f"{HOME}{account_id}/convert/"
        assert desk.post(la, here, revision=desk.seen(account_id), **asked).status_code == 303
    again = desk.post(la, f"{HOME}{good}/convert/", revision=desk.seen(good), **asked)
    assert "asked for already" in again.text
    assert "2 accounts wait to become another kind" in tenant.get("/admin/").text
    with read_only(desk.engine) as session:
        rows = session.execute(
            select(AccountConversion.account_id, AccountConversion.conversion_id)
        ).all()
    by_account = {row[0]: row[1] for row in rows}

    requests = f"{HOME}requests/"
    page = tenant.get(f"{requests}{by_account[person]}/")
    check_page(requests, page.text)
    assert "is a person&#39;s name" in page.text
    assert desk.post(la, f"{requests}{by_account[good]}/", answer="grant").status_code == 403
    granted = desk.post(tenant, f"{requests}{by_account[good]}/", answer="grant")
    silent = desk.post(tenant, f"{requests}{by_account[person]}/", answer="grant")
    refused = desk.post(tenant, f"{requests}{by_account[person]}/", answer="refuse", why="A person")

    assert [one.status_code for one in (granted, silent, refused)] == [303, 422, 303]
    with read_only(desk.engine) as session:
        kinds = [session.get_one(Account, one).kind for one in (good, person)]
    assert kinds == [Kind.APPLICATION, Kind.PERSON]
    assert "A person" in la.get(f"{requests}?state=refused").text


def test_details_are_changed_on_the_page_that_was_seen_and_mistakes_come_back(
    desk: Desk, la: FlaskClient
) -> None:
    ann = desk.account("ann@nhs.net", name="ORME, Ann")
    box = desk.account("box@nhs.net", kind=Kind.SHARED)
    here, seen = f"{HOME}{ann}/change/", desk.seen(ann)

    page = la.get(here)
    wrong = desk.post(la, here, revision=seen, name="PIKE, Ann", mobile="7700900123")
    done = desk.post(la, here, revision=seen, name="PIKE, Ann", job_title="Nurse")
    late = desk.post(la, here, revision=seen, name="Other")

    check_page(here, page.text)
    assert 'value="ORME, Ann"' in page.text
    assert (wrong.status_code, done.status_code, late.status_code) == (422, 303, 422)
    assert "lost its leading zero" in wrong.text
    assert 'value="PIKE, Ann"' in wrong.text
    assert "Somebody changed this account" in late.text
    row = desk.get(ann)
    assert (row.name, row.name_key, row.job_title) == ("PIKE, Ann", "pike, ann", "Nurse")
    assert "PIKE, Ann" in la.get(f"{HOME}?q=pike").text
    assert "Job title" not in la.get(f"{HOME}{box}/change/").text
