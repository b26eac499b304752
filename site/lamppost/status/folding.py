"""Fold readings into what their probe amounts to: its state and its spans of time. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from lamppost.status.policy import MAX_AHEAD, ProbePolicy
from lamppost.status.probe_rows import ProbeRow
from lamppost.status.probe_state import ProbeState
from lamppost.status.rules import advance
from lamppost.status.timeline import Span, extend
from probes.reading import Outcome, Reading


def fold(
    state: ProbeState,
    readings: Iterable[Reading],
    *,
    spans: list[Span],
    probe: ProbeRow,
    policy: ProbePolicy,
) -> ProbeState:
    """The state after the readings; the spans are brought on in place."""
    levels, stale_after = probe.levels, probe.stale_after(policy)
    judged = policy if probe.is_relay else policy.without_samples()
    for reading in readings:
        before, state = state, advance(state, reading, levels=levels, policy=judged)
        if state is not before:
            extend(spans, before, state, stale_after=stale_after)
    return state


def earliest(state: ProbeState) -> datetime | None:
    """The earliest moment a next reading could date a change back to."""
    moments = [mark.at for mark in state.marks[:1]] + [delay.at for delay in state.delays[:1]]
    return min([*moments, state.last_at]) if state.last_at is not None else None


def honest(reading: Reading, *, now: datetime) -> Reading:
    """The reading, or, when it claims to come from the future, that its prober is unfit.

    A clock that is ahead says nothing about the target; taken at its word it would outlive every
    true reading until its moment came. What it claimed is kept.
    """
    if reading.taken_at <= now + MAX_AHEAD:
        return reading
    return Reading(
        probe=reading.probe,
        taken_at=now,
        outcome=Outcome.UNKNOWN,
        value=None,
        unit=None,
        detail={
            "reason": "the clock of the prober is ahead",
            "key": reading.key,
            "claimed_at": reading.taken_at.isoformat(),
            "claimed_outcome": reading.outcome.value,
            "claimed_value": reading.value,
        },
    )


def after_clock_step(
    state: ProbeState, spans: list[Span], *, now: datetime, begun: datetime
) -> tuple[ProbeState, list[Span]]:
    """What is left when the clock stepped back behind what was stored: nothing from the future.

    Otherwise every reading until that moment would be out of order, and the light stand still.
    `begun` is the moment of the first reading since the step.
    """
    if state.last_at is None or state.last_at <= now + MAX_AHEAD:
        return state, spans
    kept = [
        span._replace(ended_at=min(span.ended_at, begun))
        for span in spans
        if span.started_at <= begun
    ]
    stepped = replace(
        state,
        last_at=begun,
        since=_not_after(state.since, begun),
        unfit_since=_not_after(state.unfit_since, begun),
        marks=tuple(mark for mark in state.marks if mark.at <= begun),
        delays=tuple(delay for delay in state.delays if delay.at <= begun),
    )
    return stepped, kept


def _not_after(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else min(moment, now)
