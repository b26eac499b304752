"""What a probe amounts to, as the row that is stored of it."""

from dataclasses import asdict

from lamppost.status.delays import summarise
from lamppost.status.packing import pack_state
from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_rows import ProbeRow
from lamppost.status.probe_state import ProbeState


def standing_row(probe: ProbeRow, state: ProbeState, policy: ProbePolicy) -> dict[str, object]:
    """The row of `probe_state`."""
    return {
        "probe": probe.name,
        "policy_version": policy.version,
        "state": state.state.value,
        "since": state.state_since,
        "reason": state.state_reason,
        "last_at": state.last_at,
        "delay": asdict(summarise(state, policy)) if probe.is_relay else None,
        "fold": pack_state(state),
    }
