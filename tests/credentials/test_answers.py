"""Security answers: which will do, that single characters are asked, and when case matters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmaster.credentials.answers.rules import (
    Asked,
    Pair,
    choose_asked,
    digest_answer,
    digest_character,
    find_faults,
    list_spellings,
)
from postmaster.policy.numbers import list_presets
from postmaster.policy.rules import policy_on

DAY = date(2018, 4, 9)
POLICY = policy_on([number for preset in list_presets() for number in preset.numbers], DAY)
KEY, OTHER = b"k" * 32, b"o" * 32


def pairs(*answers: str) -> list[Pair]:
    return [Pair(f"Question {number}", answer) for number, answer in enumerate(answers)]


@pytest.mark.parametrize(
    ("answer", "will_do"),
    [
        ("Rosa", False),
        ("Rosie", True),
        ("Mill Lane 12", True),
        ("Mill Lane 123", False),
        ("  Rosie  ", True),
        (" Rosa ", False),
        ("Aaabbc", False),
        ("12223", False),
        ("Harry", True),
        ("ad\x07am", False),
    ],
)
def test_an_answer_has_5_to_12_characters_and_no_run_of_one(answer: str, *, will_do: bool) -> None:
    assert (find_faults(pairs(answer, "Kirkgate", "Skiddaw"), POLICY) == ()) is will_do


def test_there_are_exactly_three_pairs_all_different() -> None:
    assert find_faults(pairs("Kirkgate", "Skiddaw"), POLICY)
    same = find_faults(pairs("Kirkgate", "Skiddaw", "KIRKGATE"), POLICY)
    assert [(fault.place, fault.is_question) for fault in same] == [(3, False)]
    asked_twice = [Pair("Street", "Kirkgate"), Pair("street ", "Skiddaw"), Pair("Walk", "Malham")]
    assert [(f.place, f.is_question) for f in find_faults(asked_twice, POLICY)] == [(2, True)]


@pytest.mark.parametrize(
    ("kept", "is_folded", "typed", "is_live", "fits"),
    [
        # Before the release of April 2018, as typed and no other way.
        ("F", False, "F", False, True),
        ("F", False, "f", False, False),
        # From the release on, an older answer in either case.
        ("F", False, "f", True, True),
        ("f", False, "F", True, True),
        ("F", False, "g", True, False),
        # Set since: kept without case, whatever becomes of the release.
        ("F", True, "f", True, True),
        ("F", True, "f", False, True),
        ("É", True, "é", True, True),
        ("ß", True, "ẞ", True, True),
        (" ", True, " ", True, True),
    ],
)
def test_case_matters_until_the_release_and_not_after(
    *, kept: str, is_folded: bool, typed: str, is_live: bool, fits: bool
) -> None:
    (digest,) = (
        digest_answer(KEY, account_id=1, place=1, answer=f"{kept}x", is_folded=is_folded)[:1]
        if kept.strip()
        else digest_answer(KEY, account_id=1, place=1, answer="x y", is_folded=is_folded)[1:2]
    )
    position = 1 if kept.strip() else 2
    tried = {
        digest_character(KEY, account_id=1, asked=Asked(1, position), character=spelling)
        for spelling in list_spellings(typed, is_folded=is_folded, is_insensitive=is_live)
    }

    assert (digest in tried) is fits


def test_what_is_kept_shows_no_answer_and_is_worth_nothing_without_the_key() -> None:
    kept = digest_answer(KEY, account_id=1, place=1, answer="Fluffy", is_folded=True)

    assert len(set(kept)) == 6, "the same letter at another position looks like another"
    assert set(kept).isdisjoint(
        digest_answer(OTHER, account_id=1, place=1, answer="Fluffy", is_folded=True)
    )
    assert set(kept).isdisjoint(
        digest_answer(KEY, account_id=2, place=1, answer="Fluffy", is_folded=True)
    )
    assert "Fluffy" not in repr(Pair("Pet", "Fluffy"))


@given(
    subject=st.text(max_size=20),
    day=st.dates(date(2018, 1, 1), date(2030, 1, 1)),
    each=st.integers(1, 4),
)
def test_the_same_characters_are_asked_all_day_and_never_one_twice(
    subject: str, day: date, each: int
) -> None:
    asked = choose_asked(KEY, subject=subject, on=day, places=(1, 2, 3), each=each, among=5)

    assert asked == choose_asked(KEY, subject=subject, on=day, places=(1, 2, 3), each=each, among=5)
    assert len(set(asked)) == 3 * each
    assert {one.place for one in asked} == {1, 2, 3}
    assert all(1 <= one.position <= 5 for one in asked)


def test_another_day_asks_for_other_characters() -> None:
    days = {
        choose_asked(KEY, subject="s", on=date(2018, 4, day), places=(1, 2, 3), each=2, among=5)
        for day in range(1, 11)
    }

    assert len(days) > 5
