"""The tables of lists and features in docs/policies.md say what the code does."""

from pathlib import Path

from postmaster.entitlements import feature_rules as features
from postmaster.entitlements.feature_rules import OrgFeature
from postmaster.groups import rules as lists
from postmaster.groups.rules import ListStatus
from postmaster.policy.numbers import Key, list_presets

TEXT = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")
NUMBERS = {number.key: number.value for number in list_presets()[0].numbers}


def _rows(heading: str, number: int = 0) -> list[list[str]]:
    """The cells of the first table under a heading, or of a later one, its head left out."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    lines = tables[number].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _states(rows: list[list[str]]) -> dict[str, set[str]]:
    return {row[0]: set(row[2].split(", ")) - {"nothing"} for row in rows}


def test_the_thresholds_of_lists_are_those_of_the_register() -> None:
    rows = _rows("Distribution lists")

    assert [row[1] for row in rows if row[1]] == [
        f"{NUMBERS[key]:,}"
        for key in (
            Key.LIST_NAMED_SENDERS_OVER,
            Key.LIST_TENANT_APPROVAL_OVER,
            Key.LIST_NAME_MAX_LENGTH,
        )
    ]
    assert f"refused; {NUMBERS[Key.LIST_USER_NAME_MAX_LENGTH]} where" in rows[-1][2]


def test_every_state_of_a_list_is_followed_by_what_the_code_lets_follow() -> None:
    said = _states(_rows("Distribution lists", 1))

    assert said == {one.value: {after.value for after in lists.NEXT[one]} for one in ListStatus}


def test_every_feature_rests_on_what_the_code_says() -> None:
    rows = _rows("Features of organisations")

    assert rows == [
        [
            one.value,
            features.FEATURE_WORDS[one],
            features.RESTS_ON[one].value if one in features.RESTS_ON else "",
            "yes" if one in features.ADDITIONAL else "no",
        ]
        for one in OrgFeature
    ]


def test_every_state_of_a_feature_is_followed_by_what_the_code_lets_follow() -> None:
    said = _states(_rows("Features of organisations", 1))

    assert said == {
        one.value: {after.value for after in features.NEXT[one]} for one in features.FeatureState
    }
