"""A probe's fold as JSON and back, exactly: what is stored between two readings."""

from datetime import datetime
from typing import Any

from lamppost.status.probe_state import Delay, Mark, ProbeState
from lamppost.status.report import State
from lamppost.status.samples import Sample


def pack_state(state: ProbeState) -> dict[str, Any]:
    """The whole fold as a JSON object."""
    return {
        "verdict": state.verdict.value,
        "since": _text(state.since),
        "reason": state.reason,
        "last_at": _text(state.last_at),
        "unfit_since": _text(state.unfit_since),
        "unfit_reason": state.unfit_reason,
        "marks": [[_text(mark.at), mark.is_good] for mark in state.marks],
        "delays": [[_text(delay.at), delay.seconds, delay.is_bound] for delay in state.delays],
        "samples": [list(sample) for sample in state.samples],
    }


def unpack_state(packed: dict[str, Any]) -> ProbeState:
    """The fold as it was packed."""
    return ProbeState(
        verdict=State(packed["verdict"]),
        since=_moment(packed["since"]),
        reason=packed["reason"],
        last_at=_moment(packed["last_at"]),
        unfit_since=_moment(packed["unfit_since"]),
        unfit_reason=packed["unfit_reason"],
        marks=tuple(Mark(datetime.fromisoformat(at), good) for at, good in packed["marks"]),
        delays=tuple(
            Delay(datetime.fromisoformat(at), seconds, bound)
            for at, seconds, bound in packed["delays"]
        ),
        samples=tuple(Sample(*sample) for sample in packed["samples"]),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
