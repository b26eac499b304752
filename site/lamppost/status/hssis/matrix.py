"""Severity from impact and urgency: NHS Digital's guideline of 2017, all 25 cells. Pure."""

from types import MappingProxyType

# A row per impact from 1 (highest) to 5, a column per urgency from 1 to 5.
_ROWS = ((1, 1, 2, 2, 3), (1, 2, 2, 3, 4), (2, 3, 3, 4, 4), (3, 3, 4, 4, 5), (4, 5, 5, 5, 5))
LEVELS = range(1, 6)
MATRIX = MappingProxyType(
    {(impact, urgency): _ROWS[impact - 1][urgency - 1] for impact in LEVELS for urgency in LEVELS}
)
# A High Severity Service Incident is of severity 1 or 2.
HIGH = 2


def severity_of(*, impact: int, urgency: int) -> int:
    """The severity, 1 to 5, of an impact and an urgency of 1 to 5 each.

    Raises:
        KeyError: one of them is not on the scale.
    """
    return MATRIX[impact, urgency]
