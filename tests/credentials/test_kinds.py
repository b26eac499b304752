"""Which password an account needs, how long it lasts, when it is reminded of: by kind and era."""

from datetime import date

import pytest

from postmaster.accounts.rules import Kind
from postmaster.credentials.kinds import (
    ChangeReason,
    NoPasswordError,
    find_change_reason,
    find_expiry,
    judge_for,
    list_reminder_days,
    password_policy,
)
from postmaster.credentials.resets.temporary import make_temporary_password
from postmaster.policy.numbers import list_presets
from postmaster.policy.rules import Policy, policy_on

BULLETIN, LAST_OLD, FIRST_NEW = date(2018, 4, 9), date(2019, 5, 22), date(2019, 5, 23)
NOW = date(2026, 11, 1)
NAMES = ("BIRCH, Ada", "ada.birch7@nhs.net")


def on(day: date) -> Policy:
    return policy_on([number for preset in list_presets() for number in preset.numbers], day)


@pytest.mark.parametrize(
    ("kind", "day", "password", "will_do"),
    [
        (Kind.PERSON, BULLETIN, "x9kd2vLq", True),
        (Kind.PERSON, BULLETIN, "x9kd2vL", False),
        (Kind.PERSON, FIRST_NEW, "x9kd2vLqz", False),
        (Kind.PERSON, FIRST_NEW, "tall lamps", True),
        (Kind.PERSON, FIRST_NEW, "Password123!", False),
        (Kind.PERSON, FIRST_NEW, "birch woods", True),
        (Kind.PERSON, NOW, "tall lamps", False),
        (Kind.PERSON, NOW, "birch-woods", False),
        (Kind.PERSON, NOW, "tall-lamps", True),
        (Kind.APPLICATION, BULLETIN, "Reminders-to-patient", True),
        (Kind.APPLICATION, BULLETIN, "Reminders-to-patien", False),
        (Kind.APPLICATION, BULLETIN, "RemindersTo4Patients", True),
        (Kind.APPLICATION, BULLETIN, "RemindersToMyPatient", False),
        (Kind.APPLICATION, BULLETIN, "reminders-to-4patient", False),
        (Kind.APPLICATION, BULLETIN, "REMINDERS-TO-4PATIENT", False),
    ],
)
def test_a_password_is_judged_by_kind_and_era(
    kind: Kind, day: date, password: str, *, will_do: bool
) -> None:
    faults = judge_for(password_policy(kind, on(day)), password, names=NAMES)

    assert (faults == ()) is will_do, faults


@pytest.mark.parametrize("kind", [Kind.SHARED, Kind.RESOURCE])
def test_a_shared_mailbox_or_a_room_has_no_password(kind: Kind) -> None:
    with pytest.raises(NoPasswordError):
        password_policy(kind, on(BULLETIN))


@pytest.mark.parametrize(
    ("kind", "set_on", "asked_on", "expires_on"),
    [
        (Kind.PERSON, BULLETIN, BULLETIN, date(2018, 7, 8)),
        (Kind.PERSON, LAST_OLD, LAST_OLD, date(2019, 8, 20)),
        # New rules: everybody renews within 45 days, or sooner where the old one was over sooner.
        (Kind.PERSON, LAST_OLD, FIRST_NEW, date(2019, 7, 7)),
        (Kind.PERSON, date(2019, 3, 1), FIRST_NEW, date(2019, 5, 30)),
        (Kind.PERSON, FIRST_NEW, FIRST_NEW, date(2020, 5, 22)),
        (Kind.APPLICATION, BULLETIN, BULLETIN, date(2019, 4, 9)),
        (Kind.APPLICATION, date(2020, 2, 29), NOW, date(2021, 2, 28)),
    ],
)
def test_a_password_lasts_as_the_rules_of_its_day_said(
    kind: Kind, set_on: date, asked_on: date, expires_on: date
) -> None:
    assert find_expiry(kind, set_on=set_on, then=on(set_on), now=on(asked_on)) == expires_on


def test_the_owner_is_reminded_18_10_5_2_and_1_days_before() -> None:
    assert list_reminder_days(on(FIRST_NEW)) == [18, 10, 5, 2, 1]


@pytest.mark.parametrize(
    ("is_given", "is_converted", "expires_on", "reason"),
    [
        (True, False, NOW, ChangeReason.GIVEN),
        # A conversion asks for a new one even where the old one would do.
        (False, True, NOW, ChangeReason.CONVERTED),
        (False, False, date(2026, 10, 31), ChangeReason.EXPIRED),
        (False, False, NOW, None),
    ],
)
def test_a_password_must_be_changed_when(
    *, is_given: bool, is_converted: bool, expires_on: date, reason: ChangeReason | None
) -> None:
    found = find_change_reason(
        is_given=is_given, is_converted=is_converted, expires_on=expires_on, today=NOW
    )

    assert found is reason


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.APPLICATION])
def test_a_temporary_password_would_pass_the_rules_of_every_kind(kind: Kind) -> None:
    asked = password_policy(kind, on(NOW))
    made = {make_temporary_password(asked.shortest) for _ in range(50)}

    assert len(made) == 50
    assert all(judge_for(asked, one) == () for one in made)
