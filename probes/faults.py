"""Why a look did not go well: the target's fault, or the prober's own."""

from typing import ClassVar

from probes.reading import JsonValue, Outcome


class ProbeFaultError(Exception):
    """What stopped a look: a reason in one word for machines, a sentence for people."""

    outcome: ClassVar[Outcome]

    def __init__(self, reason: str, text: str, *, code: int | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.code = code

    def detail(self) -> dict[str, JsonValue]:
        """The fault as a reading tells it."""
        told: dict[str, JsonValue] = {"reason": self.reason, "text": self.text}
        return told if self.code is None else {**told, "code": self.code}


class TargetFailedError(ProbeFaultError):
    """The target did not do what it is there for."""

    outcome = Outcome.FAILED


class ProberUnfitError(ProbeFaultError):
    """The prober could not look: nothing is known about the target."""

    outcome = Outcome.UNKNOWN
