"""The fact `rollouts`: what the dated rows said on the bulletin's day."""

from datetime import date

import pytest
from sqlalchemy import Engine

from bulletin_files import NOW
from lamppost.bulletins.facts import FACTS
from lamppost.bulletins.occasion import FactError, Occasion
from lamppost.database import read_only, unit_of_work
from lamppost.sample.registrations import add_registrations
from postmaster.policy.actions import enter_presets
from registering import put_containers


def say(engine: Engine, on: date, **arguments: str) -> str:
    provider = FACTS["rollouts"].provider
    assert provider is not None
    with read_only(engine) as session:
        return provider(session, arguments, Occasion(on, NOW))


def test_what_no_row_says_is_not_made_up(sqlite_engine: Engine) -> None:
    with pytest.raises(FactError, match="no roll-out of dentistry is written down"):
        say(sqlite_engine, NOW.date(), sector="dentistry")
    with pytest.raises(FactError, match="no roll-out is written down"):
        say(sqlite_engine, NOW.date())


def test_a_sector_is_a_sentence_and_all_of_them_a_table(sqlite_engine: Engine) -> None:
    with unit_of_work(sqlite_engine) as session:
        enter_presets(session, by="system:test", now=NOW)
        put_containers(session, now=NOW)
        add_registrations(session, now=NOW)

    april, may = date(2018, 4, 9), date(2018, 5, 1)

    assert say(sqlite_engine, april, sector="dentistry") == (
        "Dentistry: to be rolled out in all of England from May 2018; being piloted in North, "
        "Cumbria, Cheshire, Merseyside and London since early 2018 until 30 April 2018."
    )
    assert say(sqlite_engine, may, sector="dentistry") == (
        "Dentistry: being rolled out in all of England since May 2018."
    )
    assert say(sqlite_engine, april, sector="locums") == (
        "Locums: planned in all of England (summer or autumn 2018)."
    )
    rows = say(sqlite_engine, april).splitlines()
    assert rows[:2] == ["Table: Progress in each growth area", ""]
    assert "| Pharmacy | Open to all of England | since 1 December 2016 |" in rows
