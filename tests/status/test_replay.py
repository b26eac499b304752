"""Another policy over the same readings: what would have been shown, changing nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lamppost.database import read_only
from lamppost.status.policy import DEFAULT_POLICY, ProbePolicy
from lamppost.status.policy_file import PolicyFileError, load_policy
from lamppost.status.replay import Difference, replay
from lamppost.status.report import State
from status_rows import NINE, define, run_of, some, storing

DAY = timedelta(days=1)


def replayed(engine: Engine, letters: str, policy: ProbePolicy) -> Difference:
    define(engine, some(1))
    storing(engine)(run_of(letters))
    with read_only(engine) as session:
        compared = replay(
            session, before=DEFAULT_POLICY, after=policy, since=NINE - DAY, now=NINE + DAY
        )
    (difference,) = compared.probes
    return difference


def test_the_same_policy_makes_no_difference(engine: Engine) -> None:
    difference = replayed(engine, "SSFFFSSSULLL", DEFAULT_POLICY)

    assert difference.is_same
    assert difference.readings == 12


def test_a_stricter_policy_shows_the_outages_it_would_have_seen(engine: Engine) -> None:
    difference = replayed(engine, "SSFSSSS", ProbePolicy(version="x", fail_run=1))

    assert difference.before.outages == ()
    assert difference.after.outages == (
        (NINE + timedelta(minutes=10), NINE + timedelta(minutes=15)),
    )
    assert difference.after.seconds[State.OUTAGE] == 300


def test_only_readings_since_the_moment_are_replayed(engine: Engine) -> None:
    define(engine, some(1))
    storing(engine)(run_of("FFFSSS"))
    with read_only(engine) as session:
        compared = replay(
            session,
            before=DEFAULT_POLICY,
            after=DEFAULT_POLICY,
            since=NINE + timedelta(minutes=15),
            now=NINE + DAY,
        )
    (difference,) = compared.probes

    assert (difference.readings, difference.before.outages) == (3, ())


def policy_from(folder: Path, text: str) -> ProbePolicy:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_a_policy_file_changes_only_what_it_names(tmp_path: Path) -> None:
    policy = policy_from(tmp_path, 'version = "trial"\nfail_run = 5\nsentence_share = 0.9')

    assert policy == ProbePolicy(version="trial", fail_run=5, sentence_share=0.9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail_run = 0", "fail_run must be a whole number from 1"),
        ("fail_run = 2.5", "fail_run must be a whole number from 1"),
        ("fail_run = true", "fail_run must be a number"),
        ("sentence_share = 1.5", "sentence_share must be above 0 and at most 1"),
        ("stale_factor = 0.5", "stale_factor must be at least 1"),
        ("stale_factor = nan", "stale_factor must be at least 1"),
        ("fail_count = 11", "fail_count cannot be more than fail_window"),
        ("failrun = 3", "failrun is not part of a policy; known are version"),
        ('version = ""', "version must be a text"),
        ("fail_run", "it cannot be read"),
    ],
)
def test_a_wrong_policy_file_says_what_to_mend(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PolicyFileError, match=message):
        policy_from(tmp_path, text)
