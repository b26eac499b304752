"""docs/policies.md says of severity and of the desk what the code and the register do."""

from pathlib import Path

from lamppost.status.hssis.matrix import MATRIX
from postmaster.policy.numbers import Key, list_presets

TEXT = (Path(__file__).resolve().parents[2] / "docs/policies.md").read_text(encoding="utf-8")


def _cells(heading: str) -> list[list[str]]:
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_severity_is_the_matrix() -> None:
    rows = [[int(cell) for cell in row] for row in _cells("Severity of an incident")]

    assert {
        (impact, urgency): severity
        for impact, *cells in rows
        for urgency, severity in enumerate(cells, 1)
    } == dict(MATRIX)


def test_the_numbers_of_the_desk_are_those_of_the_register() -> None:
    held = {one.key: one.value for one in list_presets()[0].numbers}

    told = " ".join(row[2] for row in _cells("Probes and the log disagreeing"))
    for key in (
        Key.HSSI_PROPOSE_AFTER_MINUTES,
        Key.HSSI_PROPOSE_AGAIN_MINUTES,
        Key.HSSI_GREEN_FOR_MINUTES,
    ):
        assert f"{held[key]} minutes" in told
    assert f"within {held[Key.HSSI_HOLDING_REVIEW_MINUTES]} minutes" in TEXT
    assert f"{held[Key.BCDR_NOTICE_DAYS]} days are promised" in TEXT
