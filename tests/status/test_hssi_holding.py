"""Who may publish what: two people, holding statements, embargoes; and that guards always hold."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from lamppost.status.hssis.aftermath import reopen_hssi, review_holding
from lamppost.status.hssis.drafting import approve_draft, drop_draft
from lamppost.status.hssis.drafts import Ask
from lamppost.status.hssis.publishing import publish_due
from lamppost.status.hssis.tables import HssiRecord
from lamppost.status.hssis.templates import (
    approve_template,
    digest_words,
    list_templates,
    save_template,
)
from lamppost.status.hssis.texts import HssiError, Wait
from lamppost.status.reads import (
    count_hssis,
    get_hssi,
    get_service_status,
    list_hssis,
    list_intervals,
    list_open_hssis,
    list_recent_hssis,
    list_status_events,
)
from lamppost.status.report import State
from postmaster.access.actors import operator, system
from postmaster.blackouts.reads import list_holding, list_periods
from postmaster.blackouts.rules import Hold, MailPath
from status_desk import ANN, BEN, HOUR, MINUTE, Desk, a_text
from status_rows import NINE, hssi_row, storing

FIRST: dict[str, Any] = {"impact": 1, "urgency": 1}
HOLDING: dict[str, Any] = {
    "title": "We are looking into it",
    "summary": "Mail may be late. More at the hour.",
}

WORDS: dict[str, str] = dict(HOLDING)


def put_holding(desk: Desk, name: str = "mail", *, approve: bool = True) -> None:
    desk.do(save_template, name=name, **HOLDING, is_holding=True)
    if approve:
        desk.do(approve_template, name=name, digest=digest_words(**WORDS), by=BEN)


def paths(desk: Desk, at: object = NINE) -> set[MailPath]:
    return {one.mail_path for one in desk.ask(list_holding, at=at)}


def is_hidden(desk: Desk) -> bool:
    now = NINE + 5 * MINUTE
    return (
        desk.ask(get_hssi, "INC1") is None
        and not desk.ask(list_hssis)
        and not desk.ask(list_open_hssis)
        and not desk.ask(list_recent_hssis, now=now)
        and not desk.ask(list_status_events)
        and not desk.ask(list_intervals, first=NINE, last=now)
        and desk.ask(count_hssis) == 0
        and desk.ask(get_service_status, now=now).state is State.UNKNOWN
    )


def test_a_text_of_severity_1_waits_for_a_second_person_and_holds_batches_meanwhile(
    each_desk: Desk,
) -> None:
    desk = each_desk
    assert desk.put_up(a_text(**FIRST)) is Wait.SECOND_PERSON
    assert is_hidden(desk)
    assert paths(desk) == {MailPath.INCOMING}

    draft = desk.draft_id()
    with pytest.raises(HssiError, match="A second person approves it"):
        desk.approve(draft, by=ANN, now=NINE + MINUTE)
    for machine in (operator("x"), system("x")):
        with pytest.raises(HssiError, match="in the panel"):
            desk.approve(draft, by=machine, now=NINE + MINUTE)
    with pytest.raises(HssiError, match="not the text you were shown"):
        desk.do(approve_draft, draft_id=draft, digest="0" * 64, by=BEN)

    assert desk.approve(draft, now=NINE + 2 * MINUTE) is None
    assert desk.public().updates[0].at == NINE + 2 * MINUTE
    assert desk.public().raised_at == NINE


@pytest.mark.parametrize("then", [{"impact": 3, "urgency": 2}, {"impact": 1, "urgency": 2}])
def test_playing_a_severity_1_down_wants_two_people_as_well(
    desk: Desk, then: dict[str, Any]
) -> None:
    desk.put_up(a_text(**FIRST))
    desk.approve(desk.draft_id(), now=NINE)

    assert desk.update(now=NINE + MINUTE, **then) is Wait.SECOND_PERSON
    assert desk.resolve(now=NINE + MINUTE) is Wait.SECOND_PERSON
    assert desk.public().severity == 1


def test_one_person_publishes_an_approved_holding_statement_and_another_reads_it_soon(
    each_desk: Desk,
) -> None:
    desk = each_desk
    put_holding(desk)
    ask = Ask(template="mail")

    assert desk.put_up(a_text(**FIRST, **HOLDING), ask=ask) is None

    def due(session: Session) -> object:
        return session.get_one(HssiRecord, "INC1").review_due_at

    assert desk.public().title == HOLDING["title"]
    assert desk.ask(due) == NINE + 30 * MINUTE
    # A second one of the same person does not put the reading off.
    desk.update(now=NINE + 20 * MINUTE, ask=ask, **HOLDING)
    assert desk.ask(due) == NINE + 30 * MINUTE
    with pytest.raises(HssiError, match="A second person"):
        desk.do(review_holding, ref="INC1", by=ANN)
    desk.do(review_holding, ref="INC1", by=BEN, now=NINE + 25 * MINUTE)
    assert desk.ask(due) is None


def test_a_text_two_people_stand_behind_takes_the_holding_statements_place(desk: Desk) -> None:
    put_holding(desk)
    desk.put_up(a_text(**FIRST, **HOLDING), ask=Ask(template="mail"))
    desk.update(now=NINE + MINUTE, summary="A queue is stuck.")
    desk.approve(desk.draft_id(), now=NINE + 2 * MINUTE)

    with pytest.raises(HssiError, match="No holding statement"):
        desk.do(review_holding, ref="INC1", by=BEN)


def test_a_holding_statement_is_published_as_it_was_approved_or_not_at_all(desk: Desk) -> None:
    put_holding(desk)
    put_holding(desk, "fresh", approve=False)
    changed = {**HOLDING, "summary": "All is well."}

    for name, said in (("mail", changed), ("fresh", HOLDING), ("none", HOLDING)):
        with pytest.raises(HssiError):
            desk.put_up(a_text(**FIRST, **said), ask=Ask(template=name))
    desk.do(save_template, name="mail", **changed, is_holding=True)
    with pytest.raises(HssiError):
        desk.put_up(a_text(**FIRST, **changed), ask=Ask(template="mail"))
    assert [one.is_approved for one in desk.ask(list_templates)] == [False, False]


def test_nobody_approves_their_own_holding_statement(desk: Desk) -> None:
    put_holding(desk, approve=False)
    with pytest.raises(HssiError, match="A second person"):
        desk.do(approve_template, name="mail", digest=digest_words(**WORDS), by=ANN)
    with pytest.raises(HssiError, match="not the words you were shown"):
        desk.do(approve_template, name="mail", digest="0", by=BEN)


def test_an_embargo_hides_from_readers_and_never_from_guards(each_desk: Desk) -> None:
    desk = each_desk
    at = NINE + 10 * MINUTE
    assert desk.put_up(ask=Ask(publish_at=at)) is Wait.EMBARGO

    assert is_hidden(desk)
    (held,) = desk.ask(list_holding, at=NINE)
    assert (held.mail_path, held.interval.until_at) == (MailPath.INCOMING, None)
    assert "INC1" not in held.reason
    with desk.writing() as session:
        assert publish_due(session, now=at - MINUTE) == 0
    with desk.writing() as session:
        assert publish_due(session, now=at) == 1
    assert desk.public().updates[0].at == at
    assert [one.started_at for one in desk.ask(list_intervals, first=NINE, last=at)] == [NINE]


def test_what_makes_it_worse_holds_from_when_it_was_written(desk: Desk) -> None:
    desk.put_up(a_text(impact=3, urgency=3))
    assert paths(desk) == set()
    ask = Ask(publish_at=NINE + HOUR)
    desk.update(now=NINE + MINUTE, impact=1, urgency=3, components=("c0", "c2"), ask=ask)

    assert desk.public().severity == 3
    assert paths(desk, NINE + 2 * MINUTE) == {MailPath.INCOMING, MailPath.INTERNAL}
    desk.do(drop_draft, draft_id=desk.draft_id(), now=NINE + 5 * MINUTE)
    assert paths(desk, NINE + 5 * MINUTE) == set()


def test_a_text_written_against_an_older_state_is_not_published_by_itself(desk: Desk) -> None:
    desk.put_up()
    desk.update(now=NINE + MINUTE, summary="At ten.", ask=Ask(publish_at=NINE + HOUR))
    desk.update(now=NINE + 2 * MINUTE, summary="At once.")

    with desk.writing() as session:
        assert publish_due(session, now=NINE + HOUR) == 0
    assert desk.public().summary == "At once."


def test_one_none_of_whose_texts_was_published_goes_with_its_last_text(desk: Desk) -> None:
    desk.put_up(a_text(**FIRST))
    desk.do(drop_draft, draft_id=desk.draft_id(), now=NINE + MINUTE)

    assert is_hidden(desk)
    assert paths(desk, NINE + MINUTE) == set()
    with pytest.raises(HssiError, match="was never published"):
        desk.do(reopen_hssi, ref="INC1", summary="x", next_update_due_at=NINE + HOUR)


def test_reopening_a_severity_1_waits_and_holds_at_once_as_a_period_of_its_own(desk: Desk) -> None:
    desk.put_up(a_text(**FIRST))
    desk.approve(desk.draft_id(), now=NINE)
    desk.resolve(now=NINE + MINUTE)
    desk.approve(desk.draft_id(), now=NINE + MINUTE)
    assert paths(desk, NINE + 2 * MINUTE) == set()
    again = NINE + HOUR
    due = {"next_update_due_at": again + HOUR}
    wait = desk.do(reopen_hssi, ref="INC1", summary="Again.", **due, now=again)

    assert wait is Wait.SECOND_PERSON
    assert not desk.public().is_open
    assert paths(desk, again) == {MailPath.INCOMING}
    desk.do(drop_draft, draft_id=desk.draft_id(), now=again + MINUTE)
    assert paths(desk, again + MINUTE) == set()
    periods = desk.ask(list_periods, since=NINE)
    assert [one.interval.from_at for one in periods] == [NINE, again]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"impact": 1, "urgency": 4}, {MailPath.INCOMING}),
        ({"impact": 3, "urgency": 2}, set()),
        ({"components": ("c1", "c2")}, {MailPath.OUTGOING, MailPath.INTERNAL}),
        ({"components": ("c5",)}, set()),
        ({"components": ()}, {MailPath.ANY}),
    ],
)
def test_open_mail_hssis_of_severity_1_or_2_hold_their_paths(
    desk: Desk, values: dict[str, object], expected: set[MailPath]
) -> None:
    desk.put_up(a_text(**values))

    assert paths(desk) == expected
    if expected:
        held = desk.ask(list_holding, at=NINE, what=Hold.NOTICE_DAYS)
        assert {one.mail_path for one in held} == expected


def test_what_holds_ends_when_it_is_resolved_or_leaves_the_path_of_mail(desk: Desk) -> None:
    desk.put_up()
    desk.put_up(ref="INC2")
    desk.resolve(now=NINE + HOUR)
    desk.update(ref="INC2", now=NINE + HOUR, components=("c5",))

    ends = {one.interval.until_at for one in desk.ask(list_periods, since=NINE)}
    assert ends == {NINE + HOUR}


def test_an_imported_one_holds_and_is_let_go_by_its_log(desk: Desk) -> None:
    store = storing(desk.engine)
    store(records=[hssi_row(severity=1)])
    assert paths(desk) == {MailPath.INCOMING}

    over = hssi_row(severity=1, resolved_at=NINE + HOUR, updated_at=NINE + HOUR, state="resolved")
    store(records=[over], now=NINE + HOUR)

    assert paths(desk, NINE + HOUR) == set()
