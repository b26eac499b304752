"""The table of accounts in docs/policies.md says what the page of an account says."""

from pathlib import Path

import pytest

from postmaster.accounts.effects import say_effects
from postmaster.accounts.rules import STATUS_WORDS, Kind, Status

TEXT = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("status", list(Status))
def test_the_effects_of_a_state_are_those_the_account_page_says(status: Status) -> None:
    said = say_effects(status, Kind.PERSON, is_blocked=False, is_locked=False, is_due=False)
    words = (STATUS_WORDS[status], said.sign_in, said.send, said.receive, said.directory)

    assert f"| {' | '.join(words)} |" in TEXT
