"""The HSSI panel: raising, previews that store nothing, two operators, approvals, the desk."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from checking import CheckingClient, check_page
from lamppost.clock import FixedClock
from lamppost.status.hssis.drafts import digest_of
from lamppost.status.hssis.proposals import get_proposal
from lamppost.status.hssis.tables import HssiDraft
from lamppost.status.hssis.templates import save_template
from lamppost.status.reads import count_hssis, get_hssi
from lamppost.status.watching import watch
from postmaster.access.roles import Role
from prepared import reach
from status_desk import ANN, DAY, HOUR, MINUTE, Desk, a_text
from status_rows import define, run_of, some, storing
from visitors import csrf_token_of, put_person, sign_in

HOME = "/admin/hssi/"
Values = dict[str, Any]


@pytest.fixture
def desk(sqlite_engine: Engine, clock: FixedClock) -> Desk:
    def build(engine: Engine) -> None:
        define(engine, some(3))
        Desk(engine, clock.now())

    reach(sqlite_engine, build, key=("hssi panel", clock.now()))
    return Desk(sqlite_engine, is_ready=True)


@pytest.fixture
def enter(app: Flask, desk: Desk, clock: FixedClock) -> Callable[..., FlaskClient]:
    def make(name: str = "cat", role: Role = Role.STATUS_OPERATOR) -> FlaskClient:
        client = app.test_client()
        email = f"{name}@example.test"
        person = put_person(desk.engine, now=clock.now(), email=email, role=role)
        sign_in(client, desk.engine, person_id=person, now=clock.now())
        return client

    return make


@pytest.fixture
def read(app: Flask, look_again: Callable[[], None]) -> Callable[..., str]:
    """What anybody reads at a public address now."""
    client = CheckingClient(app.test_client())

    def get(address: str, status: int = 200) -> str:
        look_again()
        return client.get(address, status).text

    return get


@pytest.fixture
def cat(enter: Callable[..., FlaskClient]) -> FlaskClient:
    return enter()


def post(client: FlaskClient, address: str, **values: Any) -> tuple[int, str]:
    token = csrf_token_of(client.get(HOME).text)
    answer = client.post(address, data={"csrf_token": token, **values})
    if answer.mimetype == "text/html" and answer.status_code != 303:
        check_page(address, answer.text)
    return answer.status_code, answer.text


def typed(clock: FixedClock, **values: Any) -> Values:
    """What somebody types about `c0`, the next update due in an hour."""
    due = (clock.now() + 2 * HOUR).strftime("%Y-%m-%dT%H:%M")
    return {
        "ref": "INC1", "kind": "fault", "raised_at": "2018-04-09T09:00",
        "title": "Mail is late", "summary": "Send nothing twice.", "state": "investigating",
        "impact": "2", "urgency": "2", "components": ["c0"], "next_update_due_at": due, **values,
    }  # fmt: skip


def test_a_preview_shows_page_entry_and_message_and_stores_nothing(
    cat: FlaskClient, desk: Desk, clock: FixedClock
) -> None:
    status, text = post(cat, f"{HOME}new/", **typed(clock))

    assert status == 200
    for words in ("The page", "The entry in the feeds", "The message", "hssi/INC1/1"):
        assert words in text
    assert "INC1 - HSSI - INVESTIGATING: Mail is late" in text
    assert "INVESTIGATING - Send nothing twice." in text
    assert desk.ask(count_hssis) == 0
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    assert (hidden["title"], hidden["step"]) == ("Mail is late", "edit")


def test_what_was_previewed_is_what_is_published(
    cat: FlaskClient, desk: Desk, clock: FixedClock, read: Callable[..., str]
) -> None:
    status, _ = post(cat, f"{HOME}new/", **typed(clock), step="publish")

    assert status == 303
    found = desk.public()
    assert (found.title, found.severity, found.components) == ("Mail is late", 2, ("c0",))
    assert "The next update is due by" in read("/status/incidents/INC1/")
    for address in (HOME, f"{HOME}INC1/", f"{HOME}INC1/update/", "/admin/status/severity/"):
        CheckingClient(cat).get(address)


def test_changing_it_after_the_preview_keeps_every_word(
    cat: FlaskClient, clock: FixedClock
) -> None:
    status, text = post(cat, f"{HOME}new/", **typed(clock, step="edit", summary="Kept words."))

    assert (status, "Kept words." in text) == (200, True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "Enter a title."),
        ({"next_update_due_at": "2018-04-01T09:00"}, "later than now"),
        ({"next_update_due_at": "2019-03-31T01:30"}, "that hour does not exist"),
        ({"impact": "9"}, "Not a valid choice"),
        ({"components": ["nowhere"]}, "valid choice"),
        ({"summary": "[[Impact]]"}, "Fill in: Impact."),
        ({"ref": "a b"}, "A reference has letters"),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_what_was_typed(
    cat: FlaskClient, clock: FixedClock, wrong: Values, words: str
) -> None:
    status, text = post(cat, f"{HOME}new/", **{**typed(clock), **wrong, "step": "publish"})

    assert (status, words in text) == (422, True)
    assert "<title>Error: " in text


def test_of_two_who_edit_one_the_second_sees_both_texts_and_loses_nothing(
    cat: FlaskClient, desk: Desk, clock: FixedClock
) -> None:
    desk.put_up(now=clock.now(), text=a_text(next_update_due_at=clock.now() + HOUR))
    seen = re.search(r'name="seen_version" value="(\d+)"', cat.get(f"{HOME}INC1/update/").text)
    assert seen
    desk.update(now=clock.now(), summary="Ann was first.")

    mine = {**typed(clock, summary="Mine."), "seen_version": seen[1], "step": "publish"}
    status, text = post(cat, f"{HOME}INC1/update/", **mine)

    assert status == 422
    for words in ("Somebody else has written", "Ann was first.", "Mine."):
        assert words in text
    now_seen = re.search(r'name="seen_version" value="(\d+)"', text)
    assert now_seen
    again, _ = post(cat, f"{HOME}INC1/update/", **{**mine, "seen_version": now_seen[1]})
    assert again == 303
    assert [one.summary for one in desk.public().updates][1:] == ["Ann was first.", "Mine."]


def test_an_update_of_a_resolved_one_is_refused_and_the_way_to_reopen_is_shown(
    cat: FlaskClient, desk: Desk, clock: FixedClock, read: Callable[..., str]
) -> None:
    desk.put_up(now=clock.now(), text=a_text(next_update_due_at=clock.now() + HOUR))
    desk.resolve(now=clock.now())
    page = cat.get(f"{HOME}INC1/").text
    assert "reopen/" in page
    assert "update/" not in page

    seen = {"seen_version": "3", "step": "publish"}
    status, text = post(cat, f"{HOME}INC1/update/", **typed(clock), **seen)
    assert (status, "Reopen it" in text) == (422, True)
    due = typed(clock)["next_update_due_at"]
    assert post(cat, f"{HOME}INC1/reopen/", summary="", next_update_due_at=due)[0] == 422
    again = post(cat, f"{HOME}INC1/reopen/", summary="Late again.", next_update_due_at=due)
    assert again[0] == 303
    assert desk.public().is_open
    assert "Reopened once" in read("/status/incidents/INC1/")


def test_severity_1_waits_for_somebody_else_who_sees_the_words(
    cat: FlaskClient,
    enter: Callable[..., FlaskClient],
    desk: Desk,
    clock: FixedClock,
    read: Callable[..., str],
) -> None:
    form = typed(clock, impact="1", urgency="1")
    assert "waits for a second person" in post(cat, f"{HOME}new/", **form)[1]
    post(cat, f"{HOME}new/", **form, step="publish")
    assert desk.ask(get_hssi, "INC1") is None
    assert "somebody else approves it" in cat.get(f"{HOME}INC1/").text
    read("/status/incidents/INC1/", 404)

    dan = enter("dan")
    page = dan.get(f"{HOME}INC1/").text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    assert "Approve a text of INC1" in dan.get("/admin/").text
    address = f"{HOME}drafts/{desk.draft_id()}/approve"
    assert post(dan, address, digest="wrong")[0] == 303
    assert desk.ask(get_hssi, "INC1") is None
    assert post(dan, address, digest=digest[1])[0] == 303
    assert desk.public().severity == 1


def test_a_holding_statement_goes_out_at_once_and_is_shown_as_due(
    cat: FlaskClient, enter: Callable[..., FlaskClient], desk: Desk, clock: FixedClock
) -> None:
    desk.do(
        save_template, name="mail late", title="We look", summary="Wait.", is_holding=True,
        by=ANN, now=clock.now(),
    )  # fmt: skip
    templates = cat.get(f"{HOME}templates/").text
    check_page("templates", templates)
    digest = re.search(r'name="digest" value="(\w+)"', templates)
    assert digest
    post(cat, f"{HOME}templates/approve", name="mail late", digest=digest[1])
    assert "We look" in CheckingClient(cat).get(f"{HOME}new/?template=mail+late").text
    form = typed(clock, impact="1", urgency="1", template="mail late")
    del form["title"], form["summary"]

    assert post(cat, f"{HOME}new/", **form, step="publish")[0] == 303

    assert desk.public().title == "We look"
    dan = enter("dan")
    assert "Read the holding statement of INC1" in dan.get("/admin/").text
    assert "Read the holding" not in cat.get("/admin/").text
    clock.sleep(1900)
    dan = enter("eve")
    assert "that is overdue" in dan.get(f"{HOME}INC1/").text
    assert post(dan, f"{HOME}INC1/holding")[0] == 303
    assert "Read the holding" not in dan.get("/admin/").text


def test_templates_are_written_and_ask_for_their_fields(cat: FlaskClient) -> None:
    fields = {"name": "relay", "title": "Relay", "summary": "Effect: [[Impact]].", "is_holding": ""}

    assert post(cat, f"{HOME}templates/", **fields)[0] == 303
    assert "Asks for: Impact." in cat.get(f"{HOME}templates/?name=relay").text
    assert post(cat, f"{HOME}templates/", **{**fields, "is_holding": "y"})[0] == 422
    assert post(cat, f"{HOME}templates/", **{**fields, "name": ""})[0] == 422
    assert "[[Impact]]" in cat.get(f"{HOME}new/?template=relay").text


def test_what_somebody_made_of_a_template_stays_theirs(
    cat: FlaskClient, desk: Desk, clock: FixedClock
) -> None:
    fields = {"name": "relay", "title": "Relay", "summary": "Effect: [[Impact]].", "is_holding": ""}
    post(cat, f"{HOME}templates/", **fields)
    address = f"{HOME}new/?template=relay"

    assert post(cat, address, **typed(clock, summary="Effect: late."), step="publish")[0] == 303
    assert desk.public().summary == "Effect: late."


def test_red_probes_are_raised_with_one_click_and_the_evidence_is_in_it(
    cat: FlaskClient, desk: Desk, clock: FixedClock
) -> None:
    began = clock.now()
    storing(desk.engine)(run_of("FFF", start=began), now=began + 15 * MINUTE)
    clock.sleep(15 * 60)
    with desk.writing() as session:
        assert watch(session, now=clock.now())
    shown = cat.get("/admin/status/").text
    check_page("desk", shown)
    assert "Component 0: outage since" in shown
    assert "Probes are red" in cat.get("/admin/").text
    proposal = desk.ask(get_proposal)
    assert proposal is not None

    assert post(cat, f"{HOME}proposals/{proposal.proposal_id}/raise")[0] == 303

    (found,) = desk.ask(lambda session: [get_hssi(session, "HSSI-20180409-1")])
    assert found is not None
    assert (found.origin, found.raised_at) == ("probe", began)
    assert "Component 0: outage since" in found.summary
    assert post(cat, f"{HOME}proposals/{proposal.proposal_id}/raise")[0] == 303
    assert desk.ask(count_hssis) == 1


def test_an_overdue_update_is_public_and_a_task(
    enter: Callable[..., FlaskClient], desk: Desk, clock: FixedClock, read: Callable[..., str]
) -> None:
    desk.put_up(now=clock.now(), text=a_text(next_update_due_at=clock.now() + HOUR))
    assert "Update overdue" not in read("/status/incidents/INC1/")
    clock.sleep(3601)

    assert "Update overdue" in read("/status/incidents/INC1/")
    cat = enter()
    assert "The next update of INC1 is overdue" in cat.get("/admin/").text
    assert "update overdue" in cat.get(HOME).text.lower()


def test_reviews_notes_and_security_notices_have_their_forms(
    cat: FlaskClient, desk: Desk, clock: FixedClock
) -> None:
    post(cat, f"{HOME}new/", **typed(clock, kind="security"), step="publish")
    desk.resolve(now=clock.now())
    asked = post(cat, f"{HOME}INC1/take-down")
    assert (asked[0], 'name="confirmed"' in asked[1]) == (200, True)
    assert post(cat, f"{HOME}INC1/take-down", confirmed="yes")[0] == 303
    assert post(cat, f"{HOME}INC1/review/", words=" ")[0] == 422
    assert post(cat, f"{HOME}INC1/review/", words="Why.")[0] == 303
    assert post(cat, f"{HOME}INC1/note/", words="x")[0] == 422
    assert desk.public().review == "Why."


def test_the_list_costs_as_many_queries_for_one_as_for_twenty(
    cat: FlaskClient, desk: Desk, clock: FixedClock, count_queries: Callable[..., int]
) -> None:
    for number in range(20):
        desk.put_up(
            ref=f"INC{number}", now=clock.now(),
            text=a_text(next_update_due_at=clock.now() + DAY),
        )  # fmt: skip
        if number == 0:
            first = count_queries(lambda: cat.get(HOME))

    assert count_queries(lambda: cat.get(HOME)) == first


def test_a_draft_of_another_number_is_not_found(cat: FlaskClient, desk: Desk) -> None:
    desk.put_up(text=a_text(impact=1, urgency=1))
    with desk.writing() as session:
        assert digest_of(session.get_one(HssiDraft, desk.draft_id()))
    for number in (999, 2**70):
        assert post(cat, f"{HOME}drafts/{number}/approve")[0] == 404
        assert post(cat, f"{HOME}drafts/{number}/drop")[0] == 404
    assert post(cat, f"{HOME}drafts/{desk.draft_id()}/drop")[0] == 303
    CheckingClient(cat).get(f"{HOME}NONE/", 404)
