"""Password, then code: each used once, each answer the same for every reason."""

from datetime import timedelta

import pytest

from lamppost.database import unit_of_work
from lamppost.people.actions import disable_person
from lamppost.people.factors import make_recovery_codes
from lamppost.people.outcomes import (
    BEGIN_AGAIN,
    REFUSED,
    HalfSession,
    PasswordChanged,
    PasswordFaults,
    SignedInSession,
    SignInBusy,
    SignInRefused,
)
from lamppost.people.own_account import change_password, end_own_other_sessions, end_own_session
from lamppost.people.reads import get_signed_in, list_sessions
from lamppost.people.signing import sign_in_with_recovery_code, sign_out
from postmaster.credentials.hashing import CHEAP, make_hasher
from ward_stage import PASSWORD, PRIMARY, Stage, local

ANN = "ann@example.org"


def test_both_factors_make_a_session_with_a_new_token(stage: Stage) -> None:
    ann = stage.add(ANN, local())
    half = stage.password("  ANN@Example.org ")
    assert isinstance(half, HalfSession)
    assert not stage.is_signed_in(half.token)

    whole = stage.code(half, stage.code_of(ANN))

    assert isinstance(whole, SignedInSession)
    assert whole.token != half.token
    assert stage.is_signed_in(whole.token)
    with unit_of_work(stage.engine) as session:
        assert get_signed_in(session, token=half.token, now=stage.now) is None
        found = get_signed_in(session, token=whole.token, now=stage.now)
        assert found is not None
        assert found.actor == ann


@pytest.mark.parametrize(
    ("email", "password"),
    [(ANN, "wrong"), (ANN, ""), ("nobody@example.org", PASSWORD), ("", ""), ("x" * 9999, "y")],
)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    stage: Stage, email: str, password: str
) -> None:
    stage.add(ANN)

    assert stage.password(email, password) == SignInRefused(REFUSED)


def test_a_code_is_taken_once(stage: Stage) -> None:
    stage.add(ANN)
    code = stage.code_of(ANN)
    assert isinstance(stage.code(stage.password(ANN), code), SignedInSession)

    assert isinstance(stage.code(stage.password(ANN), code), SignInRefused)


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False), (10, False)]
)
def test_a_code_a_step_beside_is_taken_and_one_too_early_or_late_is_not(
    stage: Stage, steps: int, *, taken: bool
) -> None:
    stage.add(ANN)

    answer = stage.code(stage.password(ANN), stage.code_of(ANN, steps))

    assert isinstance(answer, SignedInSession) is taken


def test_an_older_code_is_refused_after_a_newer_one(stage: Stage) -> None:
    stage.add(ANN)
    assert isinstance(stage.code(stage.password(ANN), stage.code_of(ANN, 1)), SignedInSession)

    assert isinstance(stage.code(stage.password(ANN), stage.code_of(ANN)), SignInRefused)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1" * 100_000, "²²²²²²", "\0" * 6])
def test_what_is_no_code_is_refused(stage: Stage, code: str) -> None:
    stage.add(ANN)

    assert isinstance(stage.code(stage.password(ANN), code), SignInRefused)


def test_a_half_session_ends_after_a_quarter_of_an_hour(stage: Stage) -> None:
    stage.add(ANN)
    half = stage.password(ANN)
    stage.clock.sleep(15 * 60)

    answer = stage.code(half, stage.code_of(ANN))

    assert answer == SignInRefused(BEGIN_AGAIN, must_begin_again=True)


def test_a_session_ends_after_twelve_hours(stage: Stage) -> None:
    stage.add(ANN)
    token = stage.sign_in(ANN)
    stage.clock.sleep(12 * 3600 - 1)
    assert stage.is_signed_in(token)

    stage.clock.sleep(1)

    assert not stage.is_signed_in(token)


def test_the_session_of_somebody_disabled_is_over_at_once(stage: Stage) -> None:
    ann, chief = stage.add(ANN, local()), stage.add("chief@example.org", PRIMARY)
    token = stage.sign_in(ANN)

    with unit_of_work(stage.engine) as session:
        disable_person(session, person_id=ann.key, by=chief, now=stage.now)

    assert not stage.is_signed_in(token)
    assert stage.password(ANN) == SignInRefused(REFUSED)


def test_signing_out_ends_the_session(stage: Stage) -> None:
    stage.add(ANN)
    token = stage.sign_in(ANN)

    with unit_of_work(stage.engine) as session:
        sign_out(session, token=token, now=stage.now)

    assert not stage.is_signed_in(token)


def test_everybody_sees_and_ends_their_own_sessions_and_nobody_elses(stage: Stage) -> None:
    ann, bob = stage.add(ANN), stage.add("bob@example.org")
    first, second, third = (stage.sign_in(ANN) for _ in range(3))
    with unit_of_work(stage.engine) as session:
        listed = list_sessions(session, reader=ann, person_id=ann.key, now=stage.now)
        assert list_sessions(session, reader=bob, person_id=ann.key, now=stage.now) == []
        oldest = listed[-1].session_id
        assert not end_own_session(session, session_id=oldest, by=bob, now=stage.now)
        assert end_own_session(session, session_id=oldest, by=ann, now=stage.now)
        assert not end_own_session(session, session_id="no uuid", by=ann, now=stage.now)
        assert end_own_other_sessions(session, token=third, by=ann, now=stage.now) == 1

    assert [stage.is_signed_in(one) for one in (first, second, third)] == [False, False, True]


def test_a_changed_password_ends_the_other_sessions_and_the_old_password(stage: Stage) -> None:
    ann = stage.add(ANN)
    other, own = stage.sign_in(ANN), stage.sign_in(ANN)

    def change(current: str, new: str) -> object:
        return change_password(
            stage.engine, stage.means, token=own, current=current, password=new,
            source="192.0.2.10", by=ann, now=stage.now,
        )  # fmt: skip

    assert isinstance(change("wrong", "lanterns over the canal"), SignInRefused)
    assert isinstance(change(PASSWORD, "short"), PasswordFaults)
    assert isinstance(change(PASSWORD, PASSWORD), PasswordFaults)
    assert change(PASSWORD, "lanterns over the canal") == PasswordChanged(1)

    assert [stage.is_signed_in(one) for one in (other, own)] == [False, True]
    assert isinstance(stage.password(ANN), SignInRefused)
    assert isinstance(stage.password(ANN, "lanterns over the canal"), HalfSession)


def test_too_many_passwords_at_once_are_told_to_come_back(stage: Stage) -> None:
    stage.add(ANN)
    full = make_hasher(CHEAP, at_once=1, wait_seconds=0.01)
    object.__setattr__(stage.means, "hasher", full)
    full._take_place()

    assert isinstance(stage.password(ANN), SignInBusy)

    full._places.release()
    assert isinstance(stage.password("nobody@example.org"), SignInRefused)


def test_a_recovery_code_is_good_once(stage: Stage) -> None:
    ann = stage.add(ANN)
    with unit_of_work(stage.engine) as session:
        codes = make_recovery_codes(session, stage.means, by=ann, now=stage.now)
    assert len(set(codes)) == 10

    def use(code: str) -> object:
        half = stage.password(ANN)
        assert isinstance(half, HalfSession)
        return sign_in_with_recovery_code(
            stage.engine, stage.means, token=half.token, code=code, source="192.0.2.10",
            now=stage.now,
        )  # fmt: skip

    assert isinstance(use(codes[0].upper().replace("-", " ")), SignedInSession)
    assert isinstance(use(codes[0]), SignInRefused)
    assert isinstance(use(codes[1]), SignedInSession)
    stage.clock.sleep(timedelta(hours=1).total_seconds())
    assert isinstance(use("aaaaa-aaaaa"), SignInRefused)
