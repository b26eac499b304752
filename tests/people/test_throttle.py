"""Guessing stops, and nobody can lock a ward out."""

from datetime import timedelta

import pytest

from lamppost.database import read_only, unit_of_work
from lamppost.people.outcomes import TRY_LATER, HalfSession, SignInRefused
from lamppost.people.throttle import ACCOUNT_WAIT, count_failure, forget_old, get_wait
from ward_stage import WARD, Stage

ANN, BOB = "ann@example.org", "bob@example.org"
HOME, ATTACKER = "198.51.100.7", "203.0.113.66"


def fail(stage: Stage, account: str, source: str, times: int = 1) -> None:
    with unit_of_work(stage.engine) as session:
        for _ in range(times):
            count_failure(session, account=account, source=source, now=stage.now)


def wait(stage: Stage, account: str, source: str) -> timedelta | None:
    with read_only(stage.engine) as session:
        return get_wait(session, account=account, source=source, now=stage.now)


def test_ten_wrong_passwords_wait_a_quarter_of_an_hour_and_then_longer(stage: Stage) -> None:
    stage.add(ANN)
    for _ in range(10):
        assert stage.password(ANN, "wrong").words != TRY_LATER  # type: ignore[union-attr]  # fails if None

    assert stage.password(ANN) == SignInRefused(TRY_LATER, retry_after=timedelta(minutes=15))
    stage.clock.sleep(15 * 60)
    stage.password(ANN, "wrong")
    assert stage.password(ANN) == SignInRefused(TRY_LATER, retry_after=timedelta(minutes=30))
    stage.clock.sleep(30 * 60)
    assert isinstance(stage.password(ANN), HalfSession)


def test_an_unknown_address_is_told_to_wait_like_a_known_one(sqlite_stage: Stage) -> None:
    for _ in range(10):
        sqlite_stage.password("nobody@example.org", "wrong")

    answer = sqlite_stage.password("nobody@example.org", "wrong")

    assert answer == SignInRefused(TRY_LATER, retry_after=timedelta(minutes=15))


def test_wrong_codes_count_too_and_a_right_password_does_not_clear_them(
    sqlite_stage: Stage,
) -> None:
    sqlite_stage.add(ANN)
    for _ in range(10):
        sqlite_stage.code(sqlite_stage.password(ANN), "000000")

    assert isinstance(sqlite_stage.password(ANN), SignInRefused)


def test_a_sign_in_clears_the_failures_from_there(sqlite_stage: Stage) -> None:
    sqlite_stage.add(ANN)
    for _ in range(3):
        for _ in range(9):
            sqlite_stage.password(ANN, "wrong")
        sqlite_stage.sign_in(ANN)


def test_a_hundred_failures_from_many_places_stop_an_account_where_it_is_not_known(
    stage: Stage,
) -> None:
    stage.add(ANN)
    stage.sign_in(ANN, HOME)
    for number in range(100):
        fail(stage, ANN, f"203.0.113.{number}")

    assert wait(stage, ANN, "192.0.2.99") == ACCOUNT_WAIT
    assert wait(stage, ANN, HOME) is None
    stage.clock.sleep(ACCOUNT_WAIT.total_seconds())
    assert wait(stage, ANN, "192.0.2.99") is None


def test_a_place_is_known_for_thirty_days(sqlite_stage: Stage) -> None:
    sqlite_stage.add(ANN)
    sqlite_stage.sign_in(ANN, HOME)
    sqlite_stage.clock.sleep(timedelta(days=30).total_seconds())
    for number in range(100):
        fail(sqlite_stage, ANN, f"203.0.113.{number}")

    assert wait(sqlite_stage, ANN, HOME) == ACCOUNT_WAIT


def test_a_noisy_source_refuses_only_accounts_that_never_signed_in_from_it(
    stage: Stage,
) -> None:
    stage.add(ANN)
    stage.sign_in(ANN, WARD)
    for number in range(51):
        fail(stage, f"guess{number}@example.org", WARD)

    assert wait(stage, BOB, WARD) is not None
    assert wait(stage, ANN, WARD) is None
    assert wait(stage, BOB, HOME) is None
    stage.clock.sleep(15 * 60)
    assert wait(stage, BOB, WARD) is None


@pytest.mark.parametrize("attacker", [ATTACKER, WARD])
def test_ten_thousand_tries_leave_the_ward_able_to_sign_in(
    sqlite_stage: Stage, attacker: str
) -> None:
    stage = sqlite_stage
    ward = [f"nurse{number}@example.org" for number in range(5)]
    for email in ward:
        stage.add(email)
        stage.sign_in(email)
    refused = 0
    with unit_of_work(stage.engine) as session:
        for number in range(10_000):
            account = ward[number % 4] if attacker == ATTACKER else f"guess{number % 400}@x.org"
            if get_wait(session, account=account, source=attacker, now=stage.now) is None:
                count_failure(session, account=account, source=attacker, now=stage.now)
            else:
                refused += 1

    assert refused > 9_900
    for email in ward:
        stage.sign_in(email)


def test_old_counts_are_forgotten(sqlite_stage: Stage) -> None:
    fail(sqlite_stage, ANN, HOME, times=10)
    sqlite_stage.clock.sleep(timedelta(days=1, seconds=1).total_seconds())

    with unit_of_work(sqlite_stage.engine) as session:
        forget_old(session, now=sqlite_stage.now)

    assert wait(sqlite_stage, ANN, HOME) is None
    fail(sqlite_stage, ANN, HOME, times=9)
    assert wait(sqlite_stage, ANN, HOME) is None
