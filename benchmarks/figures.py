"""A figure beside its target, always a ratio inside one run: machines are shared and noisy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured ratio and what it should be.

    `at_least` or `at_most` is the target; the other stays None.
    """

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the ratio keeps to its target."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        bound = "at least" if self.at_least is not None else "at most"
        target = f"{bound} {self.at_least if self.at_least is not None else self.at_most}"
        word = "met " if self.is_met else "MISS"
        return f"{word}  {self.value:10.3f}  target {target:<16} {self.name}"
