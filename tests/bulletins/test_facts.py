"""A fact is words from the system or a problem with its line, never an empty hole."""

from datetime import date
from pathlib import Path

import pytest

from bulletin_files import WriteBulletin
from lamppost.bulletins.checking import check_paths
from lamppost.bulletins.contacts import list_contacts, say_contacts
from lamppost.bulletins.fact_calls import fill_calls, find_calls


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("{{ weather }}", "there is no fact weather; the facts are contacts"),
        ("{{ password_resets }}", 'password_resets needs month="2018-02"'),
        ('{{ password_resets month="February" }}', "is not right; write it like"),
        ('{{ contacts on="2018-04-09" }}', "contacts has no argument on"),
        ("{{ lifecycle_batches }}", "has no source yet: give its words under facts:"),
        ("{{ lifecycle_batches }}", "has no source yet"),
        ("{{ contacts('x') }}", 'a fact is written {{ name argument="value" }}'),
        ("See {{ contacts }} there.", "a fact stands on a line of its own"),
    ],
)
def test_a_fact_that_cannot_be_had_is_named_with_its_line(
    write: WriteBulletin, folder: Path, call: str, words: str
) -> None:
    write(status="draft", body=f"First.\n\n{call}\n")

    problems = check_paths([folder])

    assert [problem.line for problem in problems] == [14]
    assert words in problems[0].message


def test_braces_in_code_are_no_fact(write: WriteBulletin, folder: Path) -> None:
    write(body="Write `{{ contacts }}` so.\n")

    assert check_paths([folder]) == []


def test_the_same_call_with_other_spaces_has_one_key() -> None:
    calls, bad = find_calls('{{hssis  since="2018-03-01"}}\n\n  {{ hssis since="2018-03-01" }}\n')

    assert {call.key for call in calls} == {'hssis since="2018-03-01"'}
    assert bad == []


def test_a_hole_is_never_left_empty() -> None:
    with pytest.raises(KeyError):
        fill_calls("{{ contacts }}", {})


def test_contacts_are_those_of_the_bulletins_day() -> None:
    words = say_contacts(list_contacts(date(2018, 4, 9)))

    assert "[0333 200 1133](tel:03332001133)" in words
    assert "<http://nww.hscic.gov.uk/servicemanagement/status> (N3 / HSCN only)" in words
    assert list_contacts(date(2010, 1, 1)) == ()
