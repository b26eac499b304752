"""Which passwords will do, how they are hashed, and that the last four do not come back."""

import pytest
from argon2 import extract_parameters
from sqlalchemy import Engine

from lamppost.clock import FixedClock
from lamppost.database import unit_of_work
from postmaster.access.actors import operator
from postmaster.credentials.actions import set_password
from postmaster.credentials.hashing import CHEAP, OWASP, HashingBusyError, make_hasher
from postmaster.credentials.reads import get_credential, list_remembered
from postmaster.credentials.rules import judge_password

NAMES = ("Lamppost", "Rosalind Franklin", "r.franklin2@example.nhs.uk")


@pytest.mark.parametrize(
    "password",
    [
        "lanterns over the canal",
        "x9!Kd2#vLq",
        "пароль из четырёх слов",
        "ten of us!",
        " spaces count ",
        "a1" * 64,
    ],
)
def test_a_good_password_will_do(password: str) -> None:
    assert judge_password(password, names=NAMES) == ()


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ninechars",
        "x" * 129,
        "1234567890",
        "Password123!",
        "QWERTYUIOP",
        "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44123",
        "my lamppost key",
        "Franklin likes tea",
        "r.franklin2-and-tea",
        "line\nbreak inside",
        "nothing\0to see",
    ],
)
def test_a_weak_password_will_not(password: str) -> None:
    assert judge_password(password, names=NAMES)


def test_the_hash_is_argon2id_at_the_figures_of_owasp() -> None:
    found = extract_parameters(make_hasher(OWASP).hash("lanterns over the canal"))

    assert found.type.name == "ID"
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19456, 2, 1)


def test_the_same_keys_composed_another_way_are_the_same_password() -> None:
    hasher = make_hasher(CHEAP)

    assert hasher.verify(hasher.hash("cafe\u0301 au lait"), "caf\u00e9 au lait")


def test_nobody_has_no_right_password() -> None:
    hasher = make_hasher(CHEAP)

    assert not hasher.verify(None, "nobody has this password")
    assert not hasher.verify("no hash at all", "x")


def test_more_at_once_than_there_are_places_is_refused_and_a_place_comes_back() -> None:
    hasher = make_hasher(CHEAP, at_once=1, wait_seconds=0.01)
    hasher._take_place()
    with pytest.raises(HashingBusyError):
        hasher.verify(None, "x")
    hasher._places.release()

    for _ in range(3):
        assert not hasher.verify(None, "x")


def test_four_hashes_are_remembered_and_each_password_has_a_key_of_its_own(
    engine: Engine, clock: FixedClock
) -> None:
    keys = set()
    for number in range(6):
        with unit_of_work(engine) as session:
            keys.add(
                set_password(
                    session,
                    subject="s",
                    password_hash=f"hash {number}",
                    by=operator("test"),
                    now=clock.now(),
                )
            )

    with unit_of_work(engine) as session:
        assert list_remembered(session, subject="s") == ("hash 5", "hash 4", "hash 3", "hash 2")
        kept = get_credential(session, subject="s")
    assert kept is not None
    assert kept.password_hash == "hash 5"
    assert len(keys) == 6
