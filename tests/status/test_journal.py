"""What a probe remembers survives a kill at any moment, and nothing is remembered half."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only, unit_of_work
from lamppost.status.actions import store_result
from lamppost.status.journal import DatabaseJournal
from lamppost.status.reads import get_component
from probes.reading import Result
from status_rows import NINE, define, reading, some

NewJournal = Callable[[], DatabaseJournal]


@pytest.fixture
def journal(engine: Engine) -> NewJournal:
    """A fresh journal, as after a restart, each time it is called."""
    define(engine, some(1))
    return lambda: DatabaseJournal(engine, "c0")


def apply(engine: Engine, journal: DatabaseJournal) -> None:
    with unit_of_work(engine) as session:
        journal.apply(session)


def tokens(journal: DatabaseJournal) -> list[tuple[str, str]]:
    return [(mail.token, mail.state) for mail in journal.pending()]


def test_an_expected_mail_outlives_a_kill_before_it_was_sent(journal: NewJournal) -> None:
    journal().expect("t1", sent_at=NINE)

    assert tokens(journal()) == [("t1", "expected")]


def test_an_accepted_mail_outlives_a_kill_with_its_moment(journal: NewJournal) -> None:
    run = journal()
    run.expect("t1", sent_at=NINE)
    run.accept("t1", accepted_at=NINE + timedelta(seconds=2))

    (mail,) = journal().pending()

    assert (mail.state, mail.sent_at) == ("accepted", NINE)
    assert mail.accepted_at == NINE + timedelta(seconds=2)


def test_a_kill_before_the_run_is_stored_leaves_the_mail_pending(journal: NewJournal) -> None:
    journal().expect("t1", sent_at=NINE)
    run = journal()
    run.settle("t1")
    run.set_state("etag", "abc")

    assert tokens(run) == []
    assert tokens(journal()) == [("t1", "expected")]
    assert journal().get_state("etag") is None


def test_settling_and_state_take_effect_together(engine: Engine, journal: NewJournal) -> None:
    run = journal()
    run.expect("t1", sent_at=NINE)
    run.settle("t1")
    run.set_state("etag", "abc")
    apply(engine, run)

    assert (tokens(journal()), journal().get_state("etag")) == ([], "abc")


def test_lost_mail_is_still_watched_for(engine: Engine, journal: NewJournal) -> None:
    run = journal()
    run.expect("t1", sent_at=NINE)
    run.lose("t1")
    apply(engine, run)

    assert tokens(journal()) == [("t1", "lost")]


def test_only_what_is_durably_settled_may_be_purged(engine: Engine, journal: NewJournal) -> None:
    run = journal()
    run.expect("t1", sent_at=NINE)
    run.expect("t2", sent_at=NINE)
    run.settle("t1")
    before = run.settled(["t1", "t2", "stranger"])
    apply(engine, run)

    assert before == set()
    assert journal().settled(["t1", "t2", "stranger"]) == {"t1"}


def test_a_mail_one_run_settled_is_not_lost_by_another(engine: Engine, journal: NewJournal) -> None:
    journal().expect("t1", sent_at=NINE)
    one, other = journal(), journal()
    one.settle("t1")
    other.lose("t1")
    apply(engine, one)
    apply(engine, other)

    assert tokens(journal()) == []


def test_pending_mail_is_given_oldest_first_and_per_probe(
    engine: Engine, journal: NewJournal
) -> None:
    run = journal()
    run.expect("t2", sent_at=NINE)
    run.expect("t1", sent_at=NINE - timedelta(minutes=1))
    DatabaseJournal(engine, "another").expect("t3", sent_at=NINE)

    assert [mail.token for mail in run.pending()] == ["t1", "t2"]


def test_expecting_the_same_mail_twice_is_harmless(journal: NewJournal) -> None:
    journal().expect("t1", sent_at=NINE)
    journal().expect("t1", sent_at=NINE)

    assert tokens(journal()) == [("t1", "expected")]


def test_readings_and_settling_are_stored_both_or_neither(
    engine: Engine, journal: NewJournal
) -> None:
    journal().expect("t1", sent_at=NINE)
    run = journal()
    run.settle("t1")
    result = Result((reading(NINE, token="t1", key="t1"),))
    with pytest.raises(RuntimeError), unit_of_work(engine) as session:
        store_result(session, probe="c0", result=result, journal=run, now=NINE)
        raise RuntimeError

    assert tokens(journal()) == [("t1", "expected")]
    with read_only(engine) as session:
        detail = get_component(session, "c0", now=NINE)
    assert detail is not None
    assert detail.probes[0].as_at is None
