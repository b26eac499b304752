"""Which stage of the policy holds for a message: by its network, its kind and when it was received.

Rows are dated and may be dated later, moved, or rolled back: stages have gone backwards before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from postmaster.spoofing.values import Action, Network, SpoofKind, Stage, StageRow

_ORDER = (Stage.OFF, Stage.TAG, Stage.JUNK, Stage.DELETE)
# These never go beyond a tag unless a row of their own, approved, says so.
CAPPED = frozenset({SpoofKind.DISPLAY_NAME, SpoofKind.LOOKALIKE})
_ACTIONS = {
    Stage.OFF: Action.DELIVER,
    Stage.TAG: Action.TAG,
    Stage.JUNK: Action.JUNK,
    Stage.DELETE: Action.DISCARD,
}


@dataclass(frozen=True, slots=True)
class Held:
    """The stage that holds, by which row, and whether it was held back at tag."""

    stage: Stage
    row: StageRow | None
    is_capped: bool = False

    @property
    def action(self) -> Action:
        """What the stage does with a spoof."""
        if self.stage is Stage.DELETE and self.row and self.row.action:
            return self.row.action
        return _ACTIONS[self.stage]


def choose_stage(
    rows: Iterable[StageRow], *, network: Network, kind: SpoofKind | None, at: datetime
) -> Held:
    """The stage for a kind of spoof on a network at a moment; kind None asks for the stage itself.

    A row of the kind's own goes before those that hold for all; beyond a tag it must be approved.
    Of several that hold, the one that began last counts.
    """
    holding = [row for row in rows if row.network is network and holds(row, at)]
    own = _pick_last(row for row in holding if kind is not None and row.kind is kind)
    if own is not None and (own.is_approved or not _is_beyond_tag(own.stage)):
        return Held(own.stage, own)
    shared = _pick_last(row for row in holding if row.kind is None)
    if shared is None:
        return Held(Stage.OFF, None)
    if kind in CAPPED and _is_beyond_tag(shared.stage):
        return Held(Stage.TAG, shared, is_capped=True)
    return Held(shared.stage, shared)


def holds(row: StageRow, at: datetime) -> bool:
    """Whether a row holds at a moment; one whose beginning is to be confirmed never does."""
    return (
        row.from_at is not None
        and row.from_at <= at
        and (row.to_at is None or at < row.to_at)
        and (row.rolled_back_at is None or at < row.rolled_back_at)
    )


def _pick_last(rows: Iterable[StageRow]) -> StageRow | None:
    dated = [(row.from_at, row) for row in rows if row.from_at is not None]
    return max(dated, key=lambda pair: pair[0])[1] if dated else None


def _is_beyond_tag(stage: Stage) -> bool:
    return _ORDER.index(stage) > _ORDER.index(Stage.TAG)
