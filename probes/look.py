"""A look that gives one figure: how many seconds it took."""

from collections.abc import Callable, Mapping

from probes.faults import ProbeFaultError
from probes.reading import Clock, JsonValue, Outcome, Reading, Record, Result, Target


def take(target: Target, clock: Clock, look: Callable[[], Mapping[str, JsonValue]]) -> Result:
    """One reading: the seconds the look took, or the fault that stopped it."""
    taken_at, started = clock.now(), clock.monotonic()
    try:
        detail = look()
    except ProbeFaultError as fault:
        return Result((Reading(target.probe, taken_at, fault.outcome, None, None, fault.detail()),))
    seconds = clock.monotonic() - started
    return Result((Reading(target.probe, taken_at, Outcome.OK, seconds, "s", detail),))


def take_records(
    target: Target,
    clock: Clock,
    look: Callable[[], tuple[Mapping[str, JsonValue], tuple[Record, ...], bool]],
) -> Result:
    """As `take`, for a look that also brings records and says whether the source is unmodified."""
    gathered: tuple[Record, ...] = ()
    is_unmodified = False

    def watched() -> Mapping[str, JsonValue]:
        nonlocal gathered, is_unmodified
        detail, gathered, is_unmodified = look()
        return detail

    taken = take(target, clock, watched)
    return Result(taken.readings, gathered, is_unmodified)
