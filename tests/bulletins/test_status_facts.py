"""Facts from the service status are whole sentences, and a missing one says why."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bulletin_files import NOW
from lamppost.bulletins.facts import FACTS
from lamppost.bulletins.occasion import FactError, Occasion
from lamppost.database import read_only, unit_of_work
from lamppost.status.hssis.actions import import_hssi_rows
from lamppost.status.notices import ItemKind, ReleaseItem, ReleaseState
from lamppost.status.plans.actions import add_release, add_window
from probes.reading import HssiRow


def say(engine: Engine, name: str, **arguments: str) -> str:
    provider = FACTS[name].provider
    assert provider is not None
    with read_only(engine) as session:
        return provider(session, arguments, Occasion(NOW.date(), NOW))


def raise_hssi(session: Session, ref: str, title: str, *, is_open: bool) -> None:
    raised_at = NOW - timedelta(days=20)
    row = HssiRow(
        ref=ref,
        title=title,
        severity=2,
        impact="2",
        urgency="2",
        components=(),
        raised_at=raised_at,
        updated_at=raised_at,
        resolved_at=None if is_open else raised_at + timedelta(hours=2),
        state="investigating" if is_open else "resolved",
        summary="Words.",
        line=2,
    )
    import_hssi_rows(session, rows=[row], source="log", now=NOW)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("service_status", "nothing has been measured"),
        ("last_release", "no release has gone live"),
        ("next_release", "no release is planned"),
        ("next_bcdr", "no BCDR test is announced"),
    ],
)
def test_what_is_not_known_is_said_to_be_so(sqlite_engine: Engine, name: str, words: str) -> None:
    with pytest.raises(FactError, match=words):
        say(sqlite_engine, name)


def test_hssis_since_a_day_are_listed_and_their_words_are_no_markup(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        raise_hssi(session, "INC1", "Relay *delays* <b>", is_open=False)
        raise_hssi(session, "INC2", "Portal", is_open=True)

    words = say(engine, "hssis", since="2018-03-01")

    assert words.startswith("2 high severity service incidents (HSSI) have been raised since")
    assert "- Portal (INC2), raised on 20 March 2018 at 8am GMT, not resolved yet" in words
    assert r"- Relay \*delays\* \<b\> (INC1)" in words
    assert words.endswith("resolved after 2 hours")


def test_no_hssis_is_a_sentence_and_an_impossible_day_an_error(sqlite_engine: Engine) -> None:
    assert "since 1 March 2018." in say(sqlite_engine, "hssis", since="2018-03-01")
    with pytest.raises(FactError, match="no day of the calendar"):
        say(sqlite_engine, "hssis", since="2018-02-30")


def plan(engine: Engine, planned_on: date, **values: Any) -> None:
    with unit_of_work(engine) as session:
        add_release(session, ref="r", name="Portal", planned_on=planned_on, now=NOW, **values)


def test_the_last_release_says_when_it_went_live(sqlite_engine: Engine) -> None:
    live_at = NOW - timedelta(days=24)
    plan(sqlite_engine, date(2018, 3, 16), live_at=live_at, state=ReleaseState.LIVE)

    assert say(sqlite_engine, "last_release") == "The last release was Portal, on 16 March 2018."


def test_the_next_release_says_its_month_and_what_it_should_bring(sqlite_engine: Engine) -> None:
    items = [ReleaseItem(ItemKind.FEATURE, "Resets unlock accounts")]
    plan(sqlite_engine, date(2018, 4, 1), is_month_only=True, items=items)

    assert say(sqlite_engine, "next_release") == (
        "The next release, Portal, is planned for April 2018. It should bring:\n\n"
        "- Resets unlock accounts"
    )


@pytest.mark.parametrize(
    ("starts_on", "words"),
    [
        (date(2018, 9, 21), "The next BCDR test is due to start on 21 September 2018 and to run"),
        (date(2018, 4, 8), "A BCDR test began on 8 April 2018 and is due to run until"),
    ],
)
def test_the_next_bcdr_test_is_told_from_one_that_runs(
    sqlite_engine: Engine, starts_on: date, words: str
) -> None:
    with unit_of_work(sqlite_engine) as session:
        add_window(
            session,
            uid="w",
            title="BCDR",
            starts_on=starts_on,
            ends_on=date(2018, 9, 30),
            now=NOW,
        )

    assert say(sqlite_engine, "next_bcdr").startswith(words)
