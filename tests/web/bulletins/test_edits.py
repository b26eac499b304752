"""Bulletins edited in the panel: previewed, saved, corrected; two people at one file."""

from typing import Any

from flask.testing import FlaskClient

from bulletin_desk import DRAFT, FILE, HOME, BulletinDesk, hidden, typed


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
