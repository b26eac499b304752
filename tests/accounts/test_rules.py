"""The effects of every status and every step between two, as the service has them."""

from itertools import product

import pytest

from postmaster.accounts.effects import EffectWords, say_effects
from postmaster.accounts.rules import (
    NEXT,
    Effects,
    Kind,
    Status,
    find_address_fault,
    find_name_fault,
    find_step_fault,
    fold_address,
    fold_name,
    get_effects,
)

# Status: signs in, sends, receives, in the directory.
TABLE = """
pending   yes no  no  no
active    yes yes yes yes
inactive  yes no  yes yes
disabled  no  no  yes no
leaver    yes yes yes yes
deleted   no  no  no  no
purged    no  no  no  no
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_the_effects_of_a_status_are_those_of_the_table(line: str) -> None:
    status, *words = line.split()
    effects = get_effects(Status(status), Kind.PERSON, is_blocked=False, is_locked=False)
    assert effects == Effects(*(word == "yes" for word in words))


@pytest.mark.parametrize(("status", "kind"), list(product(Status, Kind)))
def test_an_overlay_only_ever_takes_away(status: Status, kind: Kind) -> None:
    free = get_effects(status, kind, is_blocked=False, is_locked=False)
    for blocked, locked in [(True, False), (False, True), (True, True)]:
        less = get_effects(status, kind, is_blocked=blocked, is_locked=locked)
        assert not less.signs_in
        assert (less.receives, less.lists) == (free.receives, free.lists)
        assert less.sends <= free.sends


# Status, overlay: sign in, send, receive, directory.
WORDS = """
pending  | -       | Only to accept the terms of use | No  | No  | No
active   | -       | Yes                             | Yes | Yes | Yes
active   | locked  | No, it is locked                | Yes | Yes | Yes
inactive | -       | Yes, which makes it active      | No  | Yes | Yes
inactive | locked  | No, it is locked                | No  | Yes | Yes
disabled | -       | No                              | No  | Yes | No
leaver   | -       | Yes, until it is due            | Yes | Yes | Yes, marked as a leaver
leaver   | due     | No, it is due                   | Yes | Yes | Yes, marked as a leaver
leaver   | blocked | No, it is blocked               | No  | Yes | Yes, marked as a leaver
deleted  | -       | No                              | No  | No  | No
purged   | -       | No                              | No  | No  | No
"""


@pytest.mark.parametrize("line", WORDS.strip().splitlines())
def test_the_effects_are_said_in_the_words_of_the_table(line: str) -> None:
    status, overlay, *words = (cell.strip() for cell in line.split("|"))
    said = say_effects(
        Status(status), Kind.PERSON, is_blocked=overlay == "blocked",
        is_locked=overlay == "locked", is_due=overlay == "due",
    )  # fmt: skip
    assert said == EffectWords(*words)


def test_nobody_signs_in_to_a_shared_mailbox() -> None:
    said = say_effects(Status.ACTIVE, Kind.SHARED, is_blocked=False, is_locked=False, is_due=False)
    assert said.sign_in == "Nobody: its owners and members open it"
    assert said.send == "Yes"


def test_nothing_is_purged_but_what_was_deleted() -> None:
    assert [status for status in Status if Status.PURGED in NEXT[status]] == [Status.DELETED]


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_step_is_refused_with_words_or_allowed(before: Status, after: Status) -> None:
    fault = find_step_fault(before, after)
    assert (fault is None) == (after in NEXT[before])


@pytest.mark.parametrize(
    ("given", "is_fine"),
    [
        ("ann.other@nhs.net", True),
        ("ann.other@nhs", False),
        ("ann other@nhs.net", False),
        ("ann.other@nhs.net\n", False),
        ("a" * 250 + "@nhs.net", False),
    ],
)
def test_an_address_is_one_plain_address(given: str, *, is_fine: bool) -> None:
    assert (find_address_fault(given) is None) is is_fine


@pytest.mark.parametrize(
    ("name", "kind", "is_fine"),
    [
        ("W" * 249, Kind.SHARED, True),
        ("W" * 250, Kind.SHARED, False),
        ("Ward 7 - Órla (East), Rm. 2; [A] & B", Kind.SHARED, True),
        ("Ward_7", Kind.SHARED, False),
        ("Ward's", Kind.SHARED, False),
        ("O'Brien, Ann", Kind.PERSON, True),
        ("=cmd()", Kind.PERSON, False),
        ("Ann\x00Other", Kind.PERSON, False),
    ],
)
def test_a_display_name_has_its_limits(name: str, kind: Kind, *, is_fine: bool) -> None:
    assert (find_name_fault(name, kind) is None) is is_fine


def test_keys_know_neither_case_nor_accents() -> None:
    assert fold_address(" Ann.Other@NHS.net ") == "ann.other@nhs.net"
    assert fold_name("  Zoë   O'Brien ") == fold_name("ZOE O'BRIEN")
