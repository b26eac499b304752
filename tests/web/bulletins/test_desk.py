"""The list of the bulletins panel, new bulletins, and files that wait for review."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from bulletin_desk import DRAFT, FILE, HOME, BulletinDesk, hidden
from checking import CheckingClient

DAY = "2018-04-16"


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


def test_a_file_that_is_not_there_is_not_found(desk: BulletinDesk, cora: FlaskClient) -> None:
    desk.put()

    for file in ("2018-04-10.md", "../lamppost.sqlite3", "media/x.md"):
        assert cora.get(f"{HOME}file/{file}/").status_code == 404
    (desk.settings.content_dir / FILE).unlink()
    desk.get(cora, "edit", FILE, 404)


def test_a_file_that_waits_shows_what_differs_and_is_approved_as_it_was_shown(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put()
    desk.load(is_reviewed=True)
    desk.post(cora, "approve", seen=hidden(desk.get(cora, "file"), "seen"))
    desk.put(body="Other words.\n", is_loaded=False)
    desk.load(is_reviewed=True)

    text = desk.get(cora, "file")
    assert "Taken away: </span>Words.</del>" in text
    assert "Put in: </span>Other words.</ins>" in text
    assert "1 bulletin file waits for review" in cora.get("/admin/").text
    assert "an earlier version is up" in cora.get(f"{HOME}?pile=waiting").text
    desk.post(cora, "approve", seen="0" * 64)
    assert desk.audit() == [("bulletins.approve", FILE)]
    desk.post(cora, "approve", seen=hidden(text, "seen"))

    assert desk.audit() == [("bulletins.approve", FILE)] * 2
    shown = desk.shown()
    assert shown is not None
    assert shown.text == "Other words."


def test_an_archive_is_approved_at_once_after_asking_and_only_as_it_was_listed(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    for day in ("2018-03-01", "2018-03-02"):
        desk.put(day, is_loaded=False)
    desk.load(is_reviewed=True)
    digest = hidden(CheckingClient(cora).get(f"{HOME}review/").text, "digest")

    assert "Approve 2 files?" in desk.post(cora, "review/approve", 200, digest=digest)
    desk.put("2018-03-03", is_loaded=False)
    desk.load(is_reviewed=True)
    desk.post(cora, "review/approve", digest=digest, confirmed="yes")
    assert desk.audit() == []
    digest = hidden(CheckingClient(cora).get(f"{HOME}review/").text, "digest")
    desk.post(cora, "review/approve", digest=digest, confirmed="yes")

    assert len(desk.audit()) == 3
    assert "Nothing waits for review." in CheckingClient(cora).get(f"{HOME}review/").text
