"""Severity comes from impact and urgency, all 25 cells of NHS Digital's guideline of 2017."""

import pytest

from lamppost.status.hssis.matrix import HIGH, severity_of

TABLE = """
1 1 2 2 3
1 2 2 3 4
2 3 3 4 4
3 3 4 4 5
4 5 5 5 5
"""
CELLS = [
    (impact, urgency, int(cell))
    for impact, row in enumerate(TABLE.strip().splitlines(), 1)
    for urgency, cell in enumerate(row.split(), 1)
]


@pytest.mark.parametrize(("impact", "urgency", "severity"), CELLS)
def test_severity_is_the_cell_of_impact_and_urgency(
    impact: int, urgency: int, severity: int
) -> None:
    assert severity_of(impact=impact, urgency=urgency) == severity


def test_the_table_has_25_cells_and_the_two_named_ones_fall_on_either_side_of_an_hssi() -> None:
    assert len(CELLS) == 25
    assert severity_of(impact=1, urgency=3) <= HIGH < severity_of(impact=3, urgency=2)


@pytest.mark.parametrize(("impact", "urgency"), [(0, 1), (1, 6), (6, 6)])
def test_what_is_off_the_scale_has_no_severity(impact: int, urgency: int) -> None:
    with pytest.raises(KeyError):
        severity_of(impact=impact, urgency=urgency)
