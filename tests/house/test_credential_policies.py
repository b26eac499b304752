"""docs/policies.md says of passwords, questions and resets what the code and the register do."""

from datetime import date
from pathlib import Path

from postmaster.accounts.rules import Kind, Status
from postmaster.credentials.answers.rules import RUN
from postmaster.credentials.kinds import CHANGE_WORDS, list_reminder_days, password_policy
from postmaster.credentials.resets.rules import (
    CHANNEL_WORDS,
    OUTCOME_WORDS,
    Standing,
    find_reset_fault,
)
from postmaster.policy.numbers import Key, list_presets
from postmaster.policy.rules import Policy, policy_on

TEXT = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")
BULLETIN = date(2018, 4, 9)


def on(day: date) -> Policy:
    return policy_on([number for preset in list_presets() for number in preset.numbers], day)


def rows(heading: str, number: int) -> list[list[str]]:
    """The cells of one table under a heading, its head left out."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    lines = tables[number].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def test_what_a_password_must_be_is_what_the_register_held_from_that_day() -> None:
    for kind, begins, shortest, also, lasts in rows("Passwords of mail accounts", 0):
        policy = on(date.fromisoformat(begins))
        asked = password_policy(Kind(kind), policy)
        days = f"{policy[Key.PERSON_PASSWORD_EXPIRES_DAYS]} days"
        months = f"{policy[Key.APPLICATION_PASSWORD_EXPIRES_MONTHS]} months"

        assert asked.shortest == int(shortest)
        assert lasts == (days if kind == "person" else months)
        assert asked.needs_mixture is ("a number or a symbol" in also)
        assert asked.takes_blanks is ("no blanks" not in also)
        assert asked.takes_names is ("not one's name" not in also)
        assert asked.remembered == 4


def test_reminders_renewal_and_reasons_are_those_of_the_code() -> None:
    policy = on(date(2019, 5, 23))
    *early, last = [str(days) for days in list_reminder_days(policy)]

    assert f"reminded {', '.join(early)} and {last} days before" in TEXT
    assert f"changed within {policy[Key.PERSON_PASSWORD_RENEW_DAYS]} days" in TEXT
    told = rows("Passwords of mail accounts", 1)
    assert told == [[reason.value, words] for reason, words in CHANGE_WORDS.items()]


def test_the_numbers_of_security_questions_are_those_of_the_register() -> None:
    policy = on(BULLETIN)

    low, high = policy[Key.ANSWERS_MIN_LENGTH], policy[Key.ANSWERS_MAX_LENGTH]
    assert [row[1] for row in rows("Security questions", 0)] == [
        str(policy[Key.ANSWERS_PAIRS]),
        f"{low} to {high}",
        str(RUN),
        str(policy[Key.ANSWERS_ASKED_EACH]),
        str(policy[Key.ANSWERS_ASKED_AT_DESK]),
    ]
    assert f"among the first {low}" in TEXT


def test_channels_outcomes_states_and_tries_are_those_of_the_rules() -> None:
    heading, policy = "Resets by channel", on(BULLETIN)
    assert rows(heading, 0) == [[one.value, words] for one, words in CHANNEL_WORDS.items()]
    assert rows(heading, 1) == [[one.value, words] for one, words in OUTCOME_WORDS.items()]
    for status, can in rows(heading, 2):
        found = [
            find_reset_fault(
                Standing(
                    kind=Kind.PERSON, status=Status(status), is_blocked=False, is_locked=False,
                    is_due=is_due, has_accepted=True, has_questions=True,
                )
            )
            is None
            for is_due in (False, True)
        ]  # fmt: skip
        assert found[0] is can.startswith("yes"), status
        assert (found[0] and not found[1]) is can.endswith("until it is due"), status
    assert [row[1] for row in rows(heading, 3)] == [
        str(policy[key])
        for key in (Key.TRIES_PAIR, Key.TRIES_ACCOUNT, Key.TRIES_SOURCE, Key.LOCK_AFTER_FAILURES)
    ]
    assert f"a wait of {policy[Key.TRIES_WAIT_MINUTES]} minutes" in TEXT
    assert f"locked for {policy[Key.LOCK_MINUTES]} minutes" in TEXT
