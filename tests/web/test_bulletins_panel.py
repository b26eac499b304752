"""The bulletins panel: drafts written, previewed, published, scheduled, corrected, withdrawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from bulletin_desk import DRAFT, FILE, HOME, BulletinDesk, hidden
from checking import CheckingClient
from lamppost.clock import FixedClock
from lamppost.settings import Settings

DAY = "2018-04-16"


@pytest.fixture
def desk(app: Flask, sqlite_engine: Engine, settings: Settings, clock: FixedClock) -> BulletinDesk:
    return BulletinDesk(app, sqlite_engine, settings, clock)


@pytest.fixture
def cora(desk: BulletinDesk) -> FlaskClient:
    return desk.person()


def typed(desk: BulletinDesk, client: FlaskClient, **values: Any) -> dict[str, Any]:
    """What the editor of the file would send, some of it typed anew."""
    front = desk.read().front
    return {
        "seen": hidden(desk.get(client, "edit"), "seen"),
        "title": front.title, "audience": front.audience.value, "summary": front.summary or "",
        "topics": ", ".join(front.topics), "aliases": "", "body": desk.read().body.strip(),
        "step": "save", **values,
    }  # fmt: skip


def test_a_new_bulletin_is_a_draft_with_an_id_of_its_own(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    form: dict[str, Any] = {
        "on": "2018-04-16",
        "audience": "nas",
        "summary": "It: moves.",
        "topics": "bcdr gdpr",
    }
    desk.post(cora, "new", 303, FILE, **form)
    desk.post(cora, "new", 303, FILE, **form)

    first, second = desk.read("2018-04-16.md").front, desk.read("2018-04-16-2.md").front
    assert first.id == "tag:lamppost.example,2018-04-16:nas-bulletin"
    assert second.id == "tag:lamppost.example,2018-04-16:nas-bulletin-2"
    assert (first.status, first.summary, first.topics) == ("draft", "It: moves.", ("bcdr", "gdpr"))
    assert desk.audit()[0] == ("bulletins.draft", "2018-04-16.md")
    assert "2018-04-16.md" in CheckingClient(cora).get(HOME).text
    assert desk.shown("2018-04-16") is None


def test_what_cannot_begin_a_bulletin_says_how_to_mend_it(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"summary": ""}, "Enter one sentence."),
        ({"on": "9 April"}, "Not a valid date value"),
        ({"topics": "Big Words"}, "must be small letters"),
    )
    for wrong, words in cases:
        form = {"on": DAY, "audience": "la", "summary": "Kept.", **wrong}
        text = desk.post(cora, "new", 422, **form)
        assert words in text
        assert ("Kept." in text) is ("summary" not in wrong)

    assert not list(desk.settings.content_dir.iterdir())


def test_saving_a_draft_changes_what_was_typed_and_leaves_every_other_line(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    path = desk.put(topics="[bcdr]  # one", **DRAFT)
    before = path.read_text().splitlines()

    desk.post(cora, "edit", **typed(desk, cora, title='It: "new"', body="Other\r\nwords."))

    after = path.read_text().splitlines()
    assert [line for line in after if line not in before] == [
        'title: "It: \\"new\\""', "Other", "words.",
    ]  # fmt: skip
    assert "topics: [bcdr]  # one" in after
    assert desk.audit() == [("bulletins.save", FILE)]


def test_a_preview_is_the_page_readers_get_with_its_facts_and_stores_nothing(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    path = desk.put(**DRAFT)
    before = path.read_bytes()
    body = "# One\n\n**Bold**\n\n{{ contacts }}\n"

    text = desk.post(cora, "edit", 200, **typed(desk, cora, body=body, step="preview"))

    for words in ("<strong>Bold</strong>", "Contacts for further help", "correct when it was"):
        assert words in text
    assert "{{ contacts }}" in text
    assert path.read_bytes() == before
    form = typed(desk, cora, body=body, step="preview")
    token = hidden(desk.get(cora, "edit"), "csrf_token")
    block = cora.post(
        f"{HOME}edit/{FILE}/", data={"csrf_token": token, **form}, headers={"HX-Request": "true"}
    ).text
    assert block.strip().startswith('<div id="bulletin_preview"')
    assert "<strong>Bold</strong>" in block


def test_a_problem_stands_beside_its_field_with_its_line_and_nothing_is_lost(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    path = desk.put(**DRAFT)
    before = path.read_bytes()
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"title": ""}, "Line 3 of the file: title must not be empty"),
        ({"topics": "Big"}, "Line 7 of the file: topics.0 must be small letters"),
        ({"aliases": "a_b"}, "aliases.0 must be small letters"),
        ({"body": "Words\n\n{{ nothing }}", "step": "preview"}, "Line 13 of the file: there is no"),
    )
    for wrong, words in cases:
        text = desk.post(cora, "edit", 422, **typed(desk, cora, **{"body": "Kept words.", **wrong}))
        assert words in text
        assert "There is a problem" in text
        assert wrong.get("body", "Kept words.").split("\n", 1)[0] in text
    assert path.read_bytes() == before


def test_a_draft_with_a_fact_that_cannot_be_had_is_kept_and_not_published(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put(**DRAFT)

    desk.post(cora, "edit", **typed(desk, cora, body="{{ lifecycle_batches }}"))
    text = desk.do(cora, "publish", 422)

    assert "has no source yet" in text
    assert desk.read().front.status == "draft"


def test_publishing_fixes_facts_and_says_how_many_are_mailed(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put(body="{{ contacts }}\n", **DRAFT)

    assert "0 subscribers" in desk.get(cora, "publish")
    desk.do(cora, "publish")

    front = desk.read().front
    assert (front.status, front.published_at) == ("published", desk.clock.now())
    assert "contacts" in front.facts
    assert desk.shown() is not None
    assert desk.audit() == [("bulletins.publish", FILE)]


def test_a_bulletin_is_scheduled_by_londons_clock_and_made_a_draft_again(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put(**DRAFT)

    assert "is past" in desk.do(cora, "schedule", 422, publish_at="2018-04-09T08:59")
    desk.do(cora, "schedule", publish_at="2018-04-10T09:00")

    front = desk.read().front
    assert front.status == "scheduled"
    assert front.publish_at == datetime(2018, 4, 10, 8, tzinfo=UTC)
    assert "published soon, the next on 10 April 2018 at 9am BST" in cora.get("/admin/").text
    assert "Scheduled for 10 April 2018 at 9am BST" in cora.get(HOME).text
    desk.do(cora, "unschedule")
    assert (desk.read().front.status, desk.read().front.publish_at) == ("draft", None)


def test_a_correction_is_seen_before_it_is_saved_and_moves_the_feed(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put()
    desk.clock.sleep(600)
    form = typed(desk, cora, body="Right words.", note="The words were wrong.")

    text = desk.post(cora, "edit", 200, **form)
    assert desk.read().body.strip() == "Words."
    assert "Put it before readers" in text
    desk.post(cora, "edit", **form, previewed=hidden(text, "previewed"))

    shown = desk.shown()
    assert shown is not None
    assert shown.text == "Right words."
    assert shown.line.updated_at == desk.clock.now()
    assert shown.corrections[-1].words == "The words were wrong."
    assert desk.audit() == [("bulletins.correct", FILE)]


def test_a_slip_of_the_pen_is_mended_without_moving_a_date(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put()
    form = typed(desk, cora, body="Worts.", step="preview")
    previewed = hidden(desk.post(cora, "edit", 200, **form), "previewed")
    form = {**form, "step": "save", "body": "Words!"}

    text = desk.post(cora, "edit", 200, **form, previewed=previewed)
    assert desk.read().body.strip() == "Words.", "other words than those previewed are shown first"
    desk.post(cora, "edit", **form, previewed=hidden(text, "previewed"))

    shown = desk.shown()
    assert shown is not None
    assert (shown.text, shown.corrections) == ("Words!", ())
    assert shown.line.updated_at == shown.line.published_at


def test_a_withdrawn_bulletin_leaves_a_stub_with_its_reason(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put()

    assert "Enter why" in desk.do(cora, "withdraw", 422, reason=" ")
    desk.do(cora, "withdraw", reason="It was about another service.")

    shown = desk.shown()
    assert shown is not None
    assert shown.line.is_withdrawn
    assert "It was about another service." in shown.text
    for verb in ("publish", "schedule", "withdraw", "unschedule", "redraw"):
        assert "The bulletin is withdrawn" in desk.get(cora, verb)
    assert "The bulletin is withdrawn" in desk.post(cora, "edit", 422, **typed(desk, cora))


def test_facts_are_redrawn_while_it_is_a_draft_and_words_given_by_hand_stay(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    facts = '{contacts: "Old words.", lifecycle_batches: "By hand."}'
    desk.put(facts=facts, body="{{ contacts }}\n\n{{ lifecycle_batches }}\n", **DRAFT)

    assert "Contacts for further help" in desk.get(cora, "redraw")
    desk.do(cora, "redraw")

    assert desk.read().front.facts == {"lifecycle_batches": "By hand."}


def test_the_list_is_narrowed_by_status_year_and_words_and_names_problems_by_line(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put("2017-01-09", title="Gateway moves")
    desk.put("2018-04-09", **DRAFT)
    desk.put("2018-05-09", audience="nobody")
    client = CheckingClient(cora)

    assert "Line 5: audience is not right" in client.get(HOME).text
    for query, files in (
        ("pile=draft", ["2018-04-09"]),
        ("pile=problems", ["2018-05-09"]),
        ("year=2017", ["2017-01-09"]),
        ("year=2018", ["2018-05-09", "2018-04-09"]),
        ("q=GATEWAY", ["2017-01-09"]),
        ("pile=waiting", []),
        ("year=x&pile=y&q=%00", ["2018-05-09", "2018-04-09", "2017-01-09"]),
    ):
        text = client.get(f"{HOME}?{query}").text
        links = [part.split(".md", 1)[0] for part in text.split(f'href="{HOME}file/')[1:]]
        assert links == files, query


def test_the_list_is_paged_by_key(desk: BulletinDesk, cora: FlaskClient) -> None:
    day = datetime(2018, 1, 1, tzinfo=UTC)
    for number in range(51):
        (desk.settings.content_dir / f"{(day + timedelta(number)).date()}.md").write_text("x")
    desk.load()

    first = CheckingClient(cora).get(HOME).text
    onward = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"', 1)[0]

    assert "2018-01-01.md" not in first
    assert "2018-01-01.md" in CheckingClient(cora).get(onward.replace("&amp;", "&")).text


def test_a_file_that_cannot_be_read_is_mended_as_it_is(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    path = desk.put(audience="nobody", **DRAFT)
    assert "Line 5 of the file: audience is not right" in desk.get(cora, "edit")
    seen = hidden(desk.get(cora, "edit"), "seen")
    mended = path.read_text().replace("nobody", "la")

    form: dict[str, Any] = {"as": "file", "seen": seen, "content": mended, "step": "save"}
    desk.post(cora, "edit", **form)

    assert desk.read().front.audience == "la"


def test_what_was_minted_stays_and_a_status_changes_by_its_own_act(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    text = desk.put(**DRAFT).read_text()
    for old, new, words in (
        ("2018-04-09:2018-04-09", "2018-04-09:other", "id must stay"),
        ("status: draft", "status: withdrawn", "status must stay draft"),
    ):
        content, seen = text.replace(old, new), hidden(desk.get(cora, "edit"), "seen")
        form: dict[str, Any] = {"as": "file", "seen": seen, "content": content, "step": "save"}
        if "withdrawn" in new:
            form["previewed"] = hidden(desk.post(cora, "edit", 200, **form), "previewed")
        assert words in desk.post(cora, "edit", 422, **form)


def test_of_two_people_the_second_sees_both_texts_and_loses_no_word(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put(body="One.\n\nTwo.\n", **DRAFT)
    dan = desk.person("dan@example.nhs.uk")
    mine = typed(desk, cora, body="One, mine.\n\nTwo.")
    theirs = typed(desk, dan, body="One, theirs.\n\nTwo.")
    desk.post(dan, "edit", **theirs)

    text = desk.post(cora, "edit", 422, **mine)

    assert desk.read().body.strip() == "One, theirs.\n\nTwo."
    assert "Taken away: </span>One, theirs.</del>" in text
    assert "Put in: </span>One, mine.</ins>" in text
    assert "One, mine.\n\nTwo.</textarea>" in text
    desk.post(cora, "edit", **{**mine, "seen": hidden(text, "seen")})
    assert desk.read().body.strip() == "One, mine.\n\nTwo."
    assert desk.audit() == [("bulletins.save", FILE)] * 2


def test_an_act_on_a_file_changed_since_is_refused_with_the_file_as_it_is(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    for verb in ("publish", "schedule", "withdraw"):
        keys: dict[str, Any] = {} if verb == "withdraw" else dict(DRAFT)
        desk.put(**keys)
        seen = hidden(desk.get(cora, verb), "seen")
        path = desk.put(body="Other words.\n", **keys)
        before = path.read_bytes()

        values = {"publish_at": "2018-04-10T09:00", "reason": "Wrong."}
        for form in ({"seen": seen, **values}, values):
            assert "Look at it again" in desk.post(cora, verb, 422, FILE, **form)
        assert path.read_bytes() == before


def test_a_file_that_is_not_there_is_not_found(desk: BulletinDesk, cora: FlaskClient) -> None:
    desk.put()

    for file in ("2018-04-10.md", "../lamppost.sqlite3", "media/x.md"):
        assert cora.get(f"{HOME}file/{file}/").status_code == 404
    (desk.settings.content_dir / FILE).unlink()
    desk.get(cora, "edit", FILE, 404)
