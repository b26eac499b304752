"""The register of dated numbers: what held on which day, on both databases and at the command."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from lamppost.cli import root
from lamppost.database import read_only, unit_of_work
from postmaster.audit.tables import AuditEntry
from postmaster.policy.actions import enter_presets
from postmaster.policy.numbers import Key, list_presets
from postmaster.policy.reads import get_policy, list_numbers
from postmaster.policy.rules import UnknownDayError, list_changes, policy_on

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)
ALL = [number for preset in list_presets() for number in preset.numbers]


@pytest.mark.parametrize(
    ("day", "key", "value"),
    [
        (date(2018, 4, 9), Key.NOTICE_DAYS, 14),
        (date(2018, 4, 9), Key.LEAVER_KEPT_DAYS, 30),
        (date(2018, 4, 9), Key.DISABLED_KEPT_MONTHS, 18),
        (date(2018, 4, 9), Key.APPLICATION_PASSWORD_MIN_LENGTH, 20),
        (date(2019, 5, 22), Key.PERSON_PASSWORD_EXPIRES_DAYS, 90),
        (date(2019, 5, 23), Key.PERSON_PASSWORD_EXPIRES_DAYS, 365),
        (date(2022, 11, 30), Key.INACTIVE_AFTER_DAYS, 90),
        (date(2022, 12, 1), Key.INACTIVE_AFTER_DAYS, 30),
        (date(2022, 12, 1), Key.INACTIVE_DELETED_AFTER_DAYS, 30),
        (date(2026, 11, 24), Key.NOTICE_DAYS, 14),
    ],
)
def test_a_number_is_the_one_that_held_on_the_day(day: date, key: Key, value: int) -> None:
    assert policy_on(ALL, day)[key] == value


# The service's own table of an account's life: the three eras side by side, each with its source.
LIFE = """
Active means use within                | inactive.after_days         | 90 | 90 | 30
Inactive, then due for deletion after  | inactive.deleted_after_days | 90 | 90 | 30
A leaver is kept                       | leaver.kept_days            | 30 | 30 | 30
Disabled is kept                       | disabled.kept_months        | 18 | 18 | 18
Restored within                        | restore.window_days         | 30 | 30 | 30
New, terms never accepted              | pending.expires_days        | 30 | 90 | 30
A password changed counts as use       | activity.password_counts    |  1 |  1 |  0
A sign-in counts as use                | activity.sign_in_counts     |  0 |  1 |  1
A mail sent counts as use              | activity.sending_counts     |  0 |  1 |  1
An address is not given again for      | address.quarantine_months   | 24 | 24 | 24
An old address receives after joining  | joiner.alias_days           | 90 | 90 | 90
A shared mailbox without sending       | shared.unsent_months        |  6 |  6 |  6
Written to before deletion             | notice.days                 | 14 | 14 | 14
A person's password is changed within  | password.person.expires_days | 90 | 365 | 365
An application's password has          | password.application.min_length | 20 | 20 | 20
An application's password is changed   | password.application.expires_months | 12 | 12 | 12
"""
ERAS = (date(2018, 4, 9), date(2019, 5, 23), date(2022, 12, 1))


@pytest.mark.parametrize("line", LIFE.strip().splitlines())
def test_each_era_has_the_numbers_of_the_services_own_table(line: str) -> None:
    _, key, *values = (cell.strip() for cell in line.split("|"))
    held = [policy_on(ALL, day).numbers[Key(key)] for day in ERAS]
    assert [number.value for number in held] == [int(value) for value in values]
    assert all(number.source for number in held)


def test_what_no_page_gives_is_assumed_and_what_one_gives_is_not() -> None:
    assumed = {(n.era, n.key) for n in ALL if n.is_assumed}
    for era in ("2018-bulletin", "2019"):
        assert (era, Key.RESTORE_WINDOW_DAYS) in assumed
        assert (era, Key.PENDING_EXPIRES_DAYS) in assumed
    assert ("2018-bulletin", Key.ADDRESS_QUARANTINE_MONTHS) in assumed
    assert ("2019", Key.ADDRESS_QUARANTINE_MONTHS) not in assumed
    assert {key for era, key in assumed if era == "2022"} == set()


def test_a_day_before_the_register_is_refused_and_not_guessed() -> None:
    with pytest.raises(UnknownDayError, match="2016-09-30"):
        policy_on(ALL, date(2016, 9, 30))


def test_the_version_names_the_era_of_the_newest_number() -> None:
    assert policy_on(ALL, date(2018, 4, 9)).version == "2018-bulletin (2016-10-01)"
    assert policy_on(ALL, date(2023, 1, 1)).version == "2022 (2022-12-01)"


def test_the_changes_between_two_days_are_the_numbers_whose_value_differs() -> None:
    changes = list_changes(policy_on(ALL, date(2019, 6, 1)), policy_on(ALL, date(2023, 1, 1)))

    assert [(c.key, c.before.value, c.after.value) for c in changes] == [
        (Key.INACTIVE_AFTER_DAYS, 90, 30),
        (Key.INACTIVE_DELETED_AFTER_DAYS, 90, 30),
        (Key.PENDING_EXPIRES_DAYS, 90, 30),
        (Key.PASSWORD_BLANKS_REFUSED, 0, 1),
        (Key.PASSWORD_NAMES_REFUSED, 0, 1),
        (Key.PASSWORD_COUNTS, 1, 0),
    ]


def test_every_number_has_a_source_and_assumptions_say_so() -> None:
    assert all(number.source.strip() for number in ALL)
    assert {n.key for n in ALL if n.is_assumed} >= {Key.UNDO_WINDOW_DAYS, Key.RESTORE_WINDOW_DAYS}


@given(
    day=st.dates(date(2016, 10, 1), date(2030, 1, 1)),
    key=st.sampled_from(list(Key)),
    value=st.integers(1, 1000),
    later=st.integers(1, 500),
)
def test_a_new_era_changes_nothing_before_it_begins(
    day: date, key: Key, value: int, later: int
) -> None:
    old = next(number for number in ALL if number.key is key)
    begins = day + timedelta(days=later)
    new = replace(old, value=value, holds_from=begins, era="new")

    assert policy_on([*ALL, new], day)[key] == policy_on(ALL, day)[key]
    assert policy_on([*ALL, new], max(begins, date(2022, 12, 1)))[key] in {
        value,
        policy_on(ALL, date(2030, 1, 1))[key],
    }


def test_entering_the_presets_twice_adds_nothing_and_every_entry_is_audited(
    engine: Engine,
) -> None:
    for expected in (len(ALL), 0):
        with unit_of_work(engine) as session:
            assert enter_presets(session, by="system:test", now=NOW) == expected

    with read_only(engine) as session:
        assert len(list_numbers(session)) == len(ALL)
        assert get_policy(session, on=date(2018, 4, 9))[Key.NOTICE_DAYS] == 14
        entries = session.scalar(select(func.count()).where(AuditEntry.action == "policy.enter"))
    assert entries == len(ALL)


def test_the_command_prints_what_held_and_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPPOST_DATA", str(tmp_path))
    runner = CliRunner()
    assert runner.invoke(root, ["db", "upgrade"]).exit_code == 0

    answer = runner.invoke(root, ["policy", "on", "2018-04-09", "--json"])
    early = runner.invoke(root, ["policy", "on", "2001-01-01"])
    listed = runner.invoke(root, ["policy", "list", "--json"])

    diff = runner.invoke(root, ["policy", "diff", "2019-06-01", "2023-01-01", "--json"])
    counted = runner.invoke(root, ["policy", "diff", "2019-06-01", "2023-01-01", "--accounts"])
    lost = runner.invoke(root, ["policy", "diff", "2001-01-01", "2023-01-01"])

    changes = json.loads(diff.stdout)["changes"]
    assert [(one["key"], one["after"]["value"]) for one in changes] == [
        ("inactive.after_days", 30),
        ("inactive.deleted_after_days", 30),
        ("pending.expires_days", 30),
        ("password.blanks_refused", 1),
        ("password.names_refused", 1),
        ("activity.password_counts", 0),
    ]
    assert "Of 0 accounts 0 more would be due, 0 no longer." in counted.stdout
    assert lost.exit_code == 2

    document = json.loads(answer.stdout)
    held = {row["key"]: row["value"] for row in document["numbers"]}
    assert (answer.exit_code, held["notice.days"]) == (0, 14)
    assert early.exit_code == 2
    assert len(json.loads(listed.stdout)) == len(ALL)
