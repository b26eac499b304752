"""A contact of an organisation: replaced and never changed, found by an index on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from closing import NOW, local
from estate import BY
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.days import london_day
from postmaster.organisations.actions import add_organisation
from postmaster.organisations.contacts import (
    CONTACT_WORDS,
    ContactKind,
    Reached,
    end_contact,
    list_contacts,
    put_contact,
    say_phone,
)
from postmaster.organisations.finding import find_organisation, find_organisations
from postmaster.organisations.rules import OrganisationError
from statements import counted

DESK = Reached(ContactKind.ADMINISTRATORS, "desk@x.example", "0333 200 1133")


def test_a_contact_takes_the_place_of_the_one_before_and_ends(engine: Engine) -> None:
    later = NOW + timedelta(days=30)
    with unit_of_work(engine) as session:
        add_organisation(session, ods_code="RX1", name="Órla's Hospital", by=BY, now=NOW)
        put_contact(session, ods_code="rx1", reached=DESK, by=local("RX1"), now=NOW)
        number = put_contact(
            session, ods_code="RX1", reached=Reached(ContactKind.ADMINISTRATORS, "new@x.example"),
            by=BY, now=later,
        )  # fmt: skip
        with pytest.raises(RefusedError):
            put_contact(session, ods_code="RX1", reached=DESK, by=local("RX2"), now=NOW)
        with pytest.raises(OrganisationError, match="no such organisation"):
            put_contact(session, ods_code="RX9", reached=DESK, by=BY, now=NOW)

    def emails(days: int) -> list[str | None]:
        with read_only(engine) as session:
            on = london_day(NOW + timedelta(days=days))
            return [one.email for one in list_contacts(session, codes=["RX1"], on=on)]

    assert (emails(-1), emails(0), emails(29), emails(30)) == (
        [], ["desk@x.example"], ["desk@x.example"], ["new@x.example"],
    )  # fmt: skip
    with unit_of_work(engine) as session:
        end_contact(session, contact_id=number, by=BY, now=later + timedelta(days=5))
    assert (emails(34), emails(35)) == (["new@x.example"], [])
    with read_only(engine) as session:
        assert [one.ods_code for one in find_organisations(session, words="orla")] == ["RX1"]
        assert find_organisation(session, ods_code="RX9") is None


def test_the_search_of_the_public_page_reads_the_index_of_names(sqlite_engine: Engine) -> None:
    with counted(sqlite_engine) as asked, read_only(sqlite_engine) as session:
        find_organisations(session, words="larkmoor")
    named = next(one for one in asked if "search_key >=" in one)
    with sqlite_engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {named}", ("l", "m", 25, 0)).all()

    assert "ix_organisation_search_key_ods_code" in " ".join(str(row) for row in rows)


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("03332001133", "0333 200 1133"),
        ("02079460958", "020 7946 0958"),
        ("01632960101", "01632 960101"),
    ],
)
def test_a_number_is_said_in_groups(digits: str, words: str) -> None:
    assert say_phone(digits) == words


def test_every_kind_of_contact_is_printed_as_the_pages_say_it() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")
    section = text.split("## Contacts of an organisation\n", 1)[1].split("\n## ", 1)[0]
    table = section.split("|---|---|\n", 1)[1].split("\n\n", 1)[0]

    assert [tuple(line.strip("| ").split(" | ")) for line in table.splitlines()] == [
        (kind.value, words) for kind, words in CONTACT_WORDS.items()
    ]
