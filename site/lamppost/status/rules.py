"""From one probe's readings to its state: a fold over readings, each answer with its reason.

`advance` asks, in order, and the first yes decides:

1. Was the prober itself unfit? Then nothing is known now; nothing is counted and nothing reset.
2. Is it down, and were the last 3 good? Then it is back, and failures are counted afresh.
3. Is it down? Then it stays down.
4. Did the last 3 fail? Then it is down, since the first of them.
5. Did 4 of the last 10 since it was last back fail? Then it is down, since the first of them.
6. Is the median of the last 3 delays above the level (or, once slow, not yet at the lower one)?
   Then it is degraded.
7. Otherwise it is operational, once anything good was seen.

A pending message ("at least so long") is no success and no failure, but its age is a delay.
A reading that comes late or out of order is stored and amends nothing. A message overtaken by a
later one counts among the last messages, and says nothing of how mail goes now.
"""

from dataclasses import replace

from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_state import Decision, Delay, Mark, ProbeState
from lamppost.status.report import State
from lamppost.status.samples import add_sample
from lamppost.status.words import failure_words, say_delay
from probes.reading import Levels, Outcome, Reading


def is_passed_over(state: ProbeState, reading: Reading) -> bool:
    """Whether a reading amends nothing: late, out of order, or doubt about an older message."""
    if reading.detail.get("late") is True:
        return True
    if reading.outcome is Outcome.UNKNOWN and reading.detail.get("overtaken") is True:
        return True
    return state.last_at is not None and reading.taken_at < state.last_at


def is_overtaken(reading: Reading) -> bool:
    """Whether a later message came first: what is known of the present is newer than this one."""
    return reading.detail.get("overtaken") is True


def advance(
    state: ProbeState, reading: Reading, *, levels: Levels, policy: ProbePolicy
) -> ProbeState:
    """The state after one more reading."""
    if _is_one_more_good(state, reading, levels, policy):
        return _one_more_good(state, reading, policy)
    if is_passed_over(state, reading):
        return state
    if is_overtaken(reading):
        samples = add_sample(state.samples, reading, keep=policy.kept_delays)
        return replace(state, last_at=reading.taken_at, samples=samples)
    if reading.outcome is Outcome.UNKNOWN:
        return replace(
            state,
            last_at=reading.taken_at,
            unfit_since=state.unfit_since or reading.taken_at,
            unfit_reason=failure_words(reading),
        )
    seen = _counted(state, reading, policy)
    decision = (
        _back(seen, levels, policy)
        or _still_down(seen)
        or _failed_in_a_row(seen, reading, policy)
        or _failed_too_often(seen, reading, policy)
        or _slow(seen, levels, policy)
        or _operational(seen, reading, levels)
    )
    return _settled(seen, decision)


def _is_one_more_good(
    state: ProbeState, reading: Reading, levels: Levels, policy: ProbePolicy
) -> bool:
    """Whether all is well and stays well: most readings, so they are not asked every question."""
    detail, level = reading.detail, levels.slow_above
    if state.verdict is not State.OPERATIONAL or reading.outcome is not Outcome.OK:
        return False
    if reading.value is None or state.unfit_since is not None or state.last_at is None:
        return False
    if reading.taken_at < state.last_at or "late" in detail or "overtaken" in detail:
        return False
    if "at_least" in detail:
        return False
    if level is not None and (
        reading.value > level or any(delay.seconds > level for delay in state.delays)
    ):
        return False
    return len(state.marks) < policy.fail_count or all(mark.is_good for mark in state.marks)


def _one_more_good(state: ProbeState, reading: Reading, policy: ProbePolicy) -> ProbeState:
    at, value = reading.taken_at, reading.value
    assert value is not None  # nosec B101 # noqa: S101 - asked before
    return ProbeState(
        verdict=State.OPERATIONAL,
        since=state.since,
        reason="",
        last_at=at,
        marks=(*state.marks, Mark(at, is_good=True))[-policy.fail_window :],
        delays=(*state.delays, Delay(at, value, is_bound=False))[-policy.median_of :],
        samples=add_sample(state.samples, reading, keep=policy.kept_delays),
    )


def _counted(state: ProbeState, reading: Reading, policy: ProbePolicy) -> ProbeState:
    """The state with the reading counted, not yet judged."""
    at, value = reading.taken_at, reading.value
    is_pending = reading.detail.get("at_least") is True
    marks, delays = state.marks, state.delays
    if not is_pending:
        mark = Mark(at, reading.outcome is Outcome.OK)
        marks = (*marks, mark)[-policy.fail_window :]
    if value is not None and reading.outcome is Outcome.OK:
        delays = (*delays, Delay(at, value, is_pending))[-policy.median_of :]
    return replace(
        state,
        last_at=at,
        unfit_since=None,
        unfit_reason="",
        marks=marks,
        delays=delays,
        samples=add_sample(state.samples, reading, keep=policy.kept_delays),
    )


def _back(seen: ProbeState, levels: Levels, policy: ProbePolicy) -> Decision | None:
    run = seen.marks[-policy.good_run :]
    if seen.verdict is not State.OUTAGE or len(run) < policy.good_run:
        return None
    if not all(mark.is_good for mark in run):
        return None
    slow = _slow(replace(seen, verdict=State.OPERATIONAL), levels, policy)
    return slow or Decision(State.OPERATIONAL, run[0].at)


def _still_down(seen: ProbeState) -> Decision | None:
    if seen.verdict is not State.OUTAGE:
        return None
    return Decision(State.OUTAGE, seen.since, seen.reason)


def _failed_in_a_row(seen: ProbeState, reading: Reading, policy: ProbePolicy) -> Decision | None:
    run = seen.marks[-policy.fail_run :]
    if len(run) < policy.fail_run or any(mark.is_good for mark in run):
        return None
    words = f"{len(run)} checks in a row failed"
    return Decision(State.OUTAGE, run[0].at, _because(words, reading))


def _failed_too_often(seen: ProbeState, reading: Reading, policy: ProbePolicy) -> Decision | None:
    failed = [mark for mark in seen.marks if not mark.is_good]
    if len(failed) < policy.fail_count:
        return None
    words = f"{len(failed)} of the last {len(seen.marks)} checks failed"
    return Decision(State.OUTAGE, failed[0].at, _because(words, reading))


def _because(words: str, reading: Reading) -> str:
    why = failure_words(reading) if reading.outcome is Outcome.FAILED else ""
    return f"{words}: {why}" if why else words


def _slow(seen: ProbeState, levels: Levels, policy: ProbePolicy) -> Decision | None:
    was_slow = seen.verdict is State.DEGRADED
    level = _lower(levels) if was_slow else levels.slow_above
    if level is None or len(seen.delays) < policy.median_of:
        return None
    middle = sorted(seen.delays, key=lambda delay: delay.seconds)[len(seen.delays) // 2]
    if middle.seconds <= level:
        return None
    first = next(delay.at for delay in seen.delays if delay.seconds > level)
    more = "more than " if middle.is_bound else ""
    words = (
        f"the last {len(seen.delays)} checks took {more}{say_delay(middle.seconds)} in the middle, "
        f"above the level of {say_delay(level)}"
    )
    return Decision(State.DEGRADED, seen.since if was_slow else first, words)


def _operational(seen: ProbeState, reading: Reading, levels: Levels) -> Decision:
    if seen.verdict is State.OPERATIONAL:
        return Decision(State.OPERATIONAL, seen.since)
    if seen.verdict is State.DEGRADED:
        lower = _lower(levels)
        quick = (delay.at for delay in seen.delays if lower is None or delay.seconds <= lower)
        return Decision(State.OPERATIONAL, next(quick, reading.taken_at))
    if reading.outcome is Outcome.OK and reading.detail.get("at_least") is not True:
        return Decision(State.OPERATIONAL, reading.taken_at)
    return Decision(State.UNKNOWN, seen.since, "not enough checks yet")


def _lower(levels: Levels) -> float | None:
    return levels.slow_above if levels.slow_below is None else levels.slow_below


def _settled(seen: ProbeState, decision: Decision) -> ProbeState:
    """The decision taken on; going down or coming back begins some counts afresh."""
    settled = replace(seen, verdict=decision.verdict, since=decision.since, reason=decision.reason)
    was_down, is_down = seen.verdict is State.OUTAGE, decision.verdict is State.OUTAGE
    if is_down and not was_down:
        return replace(settled, delays=())
    if was_down and not is_down:
        return replace(settled, marks=())
    return settled
