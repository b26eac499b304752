"""The users commands and the sample's people."""

import json
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from lamppost.cli import root
from lamppost.clock import FixedClock
from lamppost.people.means import make_means
from lamppost.people.outcomes import HalfSession, SignedInSession
from lamppost.people.signing import sign_in_with_code, sign_in_with_password
from lamppost.sample.people import add_people
from lamppost.settings import Settings
from postmaster.access.roles import Role
from postmaster.credentials.hashing import CHEAP


@pytest.fixture
def run(settings: Settings, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> "Runner":
    """Runs `lamppost users …` over the test's database."""
    assert settings.storage_url() == str(sqlite_engine.url)
    monkeypatch.setenv("LAMPPOST_DATA", str(settings.data))
    monkeypatch.setenv("LAMPPOST_BASE_URL", settings.base_url)
    return Runner()


class Runner:
    """Short words for the command line."""

    def __call__(self, *words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(root, ["users", *words], input=typed)


def test_adding_somebody_prints_a_link_once(run: Runner) -> None:
    done = run("add", "ann@example.org", "--role", "local-administrator", "--org", "RX1")

    assert done.exit_code == 0
    assert "http://lamppost.test/invitation/" in done.output
    people = json.loads(run("list", "--json").output)
    assert [(one["email"], one["state"]) for one in people] == [("ann@example.org", "invited")]
    assert people[0]["roles"] == [{"role": "local-administrator", "org": "RX1"}]


@pytest.mark.parametrize(
    "words",
    [
        ("nobody", "--role", "auditor"),
        ("a@example.org", "--role", "king"),
        ("a@example.org", "--role", "auditor", "--org", "RX1"),
        ("a@example.org", "--role", "reader"),
    ],
)
def test_what_makes_no_sense_exits_with_2_and_adds_nobody(
    run: Runner, words: tuple[str, ...]
) -> None:
    done = run("add", *words)

    assert done.exit_code == 2
    assert json.loads(run("list", "--json").output) == []


def test_a_password_comes_from_standard_input_and_a_weak_one_is_refused(run: Runner) -> None:
    words = ("add", "ann@example.org", "--role", "auditor", "--password-stdin")
    assert run(*words, typed="password\n").exit_code == 2

    assert run(*words, typed="lanterns over the canal\n").exit_code == 0

    assert run(*words, typed="lanterns over the canal\n").exit_code == 2
    assert "ann@example.org  active  auditor" in run("list").output


def test_disabling_and_resetting_are_shown_first_and_done_with_yes(run: Runner) -> None:
    run("add", "ann@example.org", "--role", "auditor")
    for verb in ("disable", "reset-factor"):
        assert run(verb, "nobody@example.org").exit_code == 1
        assert "Nothing was done" in run(verb, "ANN@example.org").output
    assert "invited" in run("list").output

    assert run("reset-factor", "ann@example.org", "--yes").exit_code == 0
    assert run("disable", "ann@example.org", "--yes").exit_code == 0

    assert "disabled  no role" in run("list").output


def test_the_sample_has_one_person_for_each_role_who_can_sign_in(
    settings: Settings, sqlite_engine: Engine, clock: FixedClock, tmp_path: Path
) -> None:
    means = make_means(settings, cost=CHEAP)
    add_people(sqlite_engine, means, tmp_path, now=clock.now())
    file = tmp_path / "people.json"
    first = file.read_text(encoding="utf-8")
    add_people(sqlite_engine, means, tmp_path, now=clock.now())

    assert file.read_text(encoding="utf-8") == first
    assert file.stat().st_mode & 0o777 == 0o600
    people = json.loads(first)
    assert {one["role"] for one in people} == set(Role)
    for one in people:
        half = sign_in_with_password(
            sqlite_engine, means, email=one["email"], password=one["password"],
            source="192.0.2.1", user_agent="", now=clock.now(),
        )  # fmt: skip
        assert isinstance(half, HalfSession)
        code = pyotp.TOTP(one["totp_secret"]).generate_otp(int(clock.now().timestamp()) // 30)
        whole = sign_in_with_code(
            sqlite_engine, means, token=half.token, code=code, source="192.0.2.1", now=clock.now()
        )
        assert isinstance(whole, SignedInSession)
