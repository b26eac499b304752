"""The formula of uptime, versioned: printed beside every figure, fixed when a month is closed.

No source fixes how the service's uptime is to be counted, so the numbers are the project's own.
They follow the careful ones of the field: time and not requests, the worst of what overlaps, half
for a partial outage, nothing for slowness, and no figure at all where too little was measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lamppost.status.report import State

WHOLE = 1000  # weights are thousandths
_WEIGHTS: Mapping[State, int] = {State.OUTAGE: 1000, State.PARTIAL: 500}


@dataclass(frozen=True, slots=True)
class Formula:
    """How seconds become a percentage; a changed number wants a new version.

    `weights` says how many thousandths of a second in a state are lost; states left out lose
    nothing. Below `least_coverage` (thousandths of the period measured) there is no figure.
    """

    version: str
    weights: Mapping[State, int]
    least_coverage: int

    def weight(self, state: State) -> int:
        """The thousandths of a second that are lost in a state."""
        return self.weights.get(state, 0)

    @property
    def words(self) -> str:
        """The formula in one paragraph, as it stands beside its figures."""
        return (
            f"Uptime by formula {self.version} is the share of the measured time that was not "
            f"lost. {_say_weights(self)} Slow and maintenance time loses nothing by itself. Where "
            "things overlap the worst counts, once. Time nobody measured is on neither side. "
            f"Figures are rounded down, and below {self.least_coverage / 10:g}% measured there is "
            "none."
        )


def _say_weights(formula: Formula) -> str:
    names = {State.OUTAGE: "an outage", State.PARTIAL: "a partial outage"}
    said = [
        f"{weight / 10:g}% of the time of {names[state]}"
        for state, weight in formula.weights.items()
    ]
    return f"Lost is {' and '.join(said)}."


FORMULA = Formula(version="1", weights=_WEIGHTS, least_coverage=500)
FORMULAS: Mapping[str, Formula] = {FORMULA.version: FORMULA}
