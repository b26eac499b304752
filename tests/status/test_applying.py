"""A policy put in force judges from then on, and over all readings that are kept."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from lamppost.cli import root
from lamppost.database import read_only, unit_of_work
from lamppost.status.applying import derive_again, put_policy_in_force
from lamppost.status.policies import KnownVersionError, get_policy
from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy
from lamppost.status.reads import get_service_status
from lamppost.status.report import ComponentStatus, State
from lamppost.status.tables import HourRollup
from postmaster.access.acting import RefusedError
from postmaster.access.actors import Actor, ActorKind, Grant, operator
from postmaster.access.roles import Role
from status_rows import NINE, define, run_of, some, storing

STRICT = ProbePolicy(version="strict", fail_run=1)
BY = operator("probes replay")
LATER = NINE + timedelta(minutes=30)


@pytest.fixture
def measured(engine: Engine) -> Engine:
    """One failure among good readings: nothing for the policy that ships."""
    define(engine, some(1))
    storing(engine)(run_of("SSFSSSS"))
    return engine


def apply(engine: Engine, policy: ProbePolicy = STRICT, by: Actor = BY) -> list[str]:
    with unit_of_work(engine) as session:
        put_policy_in_force(session, policy=policy, by=by, now=LATER)
    since = NINE - timedelta(days=90)
    return list(derive_again(engine, policy=policy, since=since, now=LATER))


def shown(engine: Engine) -> ComponentStatus:
    with read_only(engine) as session:
        return get_service_status(session, now=LATER).components[0]


def test_what_was_shown_is_derived_again(measured: Engine) -> None:
    assert shown(measured).days[-1].minutes(State.OUTAGE) == 0

    assert apply(measured) == ["c0"]

    assert shown(measured).days[-1].minutes(State.OUTAGE) == 5
    with read_only(measured) as session:
        assert get_policy(session) == STRICT


def test_new_readings_are_judged_by_it(measured: Engine) -> None:
    apply(measured)
    storing(measured)(run_of("F", start=LATER + timedelta(minutes=5)))

    assert shown(measured).state is State.OUTAGE


def test_deriving_again_under_the_same_policy_changes_nothing(measured: Engine) -> None:
    def everything() -> tuple[object, ...]:
        with read_only(measured) as session:
            hours = session.execute(select(*HourRollup.__table__.columns)).all()
            return (get_service_status(session, now=LATER).groups, hours)

    before = everything()
    list(derive_again(measured, policy=DEFAULT_POLICY, since=NINE - timedelta(1), now=LATER))

    assert everything() == before


@pytest.mark.parametrize("version", ["strict", DEFAULT_POLICY.version])
def test_a_version_holds_once(measured: Engine, version: str) -> None:
    apply(measured)

    with pytest.raises(KnownVersionError, match=f"version {version} was in force before"):
        apply(measured, ProbePolicy(version=version, fail_run=2))


def test_only_those_who_write_the_status_put_one_in_force(measured: Engine) -> None:
    auditor = Actor(ActorKind.PERSON, "p", (Grant(Role.AUDITOR),))

    with pytest.raises(RefusedError):
        apply(measured, by=auditor)


def test_the_command_shows_the_difference_and_then_applies_it(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(sqlite_engine, some(1))
    (tmp_path / "policy.toml").write_text('version = "strict"\nfail_run = 1', encoding="utf-8")
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    words = ["probes", "replay", "--policy", str(tmp_path / "policy.toml"), "--days", "3650"]
    storing(sqlite_engine)(run_of("SSFSSSS"))

    shown = CliRunner().invoke(root, words)
    applied = CliRunner().invoke(root, [*words, "--apply"])
    again = CliRunner().invoke(root, [*words, "--apply"])

    assert "Policy 2018-04 against strict" in shown.stdout
    assert "outage 5 minutes" in shown.stdout
    assert "+ outage from 9 April 2018 at 9:10am BST to 9 April 2018 at 9:15am BST" in shown.stdout
    assert "Policy strict is in force; 1 probe derived again." in applied.stderr
    assert (again.exit_code, "was in force before" in again.stderr) == (2, True)
