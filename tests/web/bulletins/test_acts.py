"""Bulletins published, scheduled, withdrawn and redrawn in the panel."""

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from bulletin_desk import DRAFT, FILE, HOME, BulletinDesk, hidden, typed
from lamppost.database import unit_of_work
from lamppost.subscribers.tables import Subscriber, Subscription


def test_publishing_fixes_facts_and_says_how_many_are_mailed(
    desk: BulletinDesk, cora: FlaskClient
) -> None:
    desk.put(body="{{ contacts }}\n", **DRAFT)

    now = desk.clock.now()
    with unit_of_work(desk.engine) as session:
        # One asked for the audience and the topic, one never confirmed, one asked for another.
        for who, kinds, confirmed_at in (
            ("a", (("audience", "la"), ("topic", "bcdr")), now),
            ("b", (("audience", "la"),), None),
            ("c", (("audience", "nas"),), now),
        ):
            session.add(
                Subscriber(
                    subscriber_id=who, address=f"{who}@example.test", address_key=who,
                    asked_at=now, wanted=[], confirmed_at=confirmed_at,
                )
            )  # fmt: skip
            session.flush()
            session.add_all(
                Subscription(subscriber_id=who, kind=kind, value=value) for kind, value in kinds
            )

    assert "<strong>1 subscriber</strong>" in desk.get(cora, "publish")
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
