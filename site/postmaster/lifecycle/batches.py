"""The life of a batch, why its members leave, and the day a notice has run. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from postmaster.accounts.rules import Status
from postmaster.lifecycle.rules import LEADS_TO, Reason


class BatchStatus(StrEnum):
    """Where a batch stands."""

    DRAFT = "draft"
    FROZEN = "frozen"
    APPROVED = "approved"
    NOTICING = "noticing"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FINAL = "final"
    ABORTED = "aborted"


class ItemState(StrEnum):
    """Where one member stands. `owed`: its notice is; `noticed`: a server took the notice."""

    MEMBER = "member"
    OWED = "owed"
    NOTICED = "noticed"
    DONE = "done"
    DROPPED = "dropped"
    UNDONE = "undone"
    # Changed after the run, so that an undo leaves it alone.
    KEPT_CHANGED = "kept-changed"


class Drop(StrEnum):
    """Why a member left, beside the blockers of the rule, which are reasons too."""

    NOTICE_FAILED = "notice-failed"
    NOT_DUE = "not-due"
    MOVED = "moved"
    KEPT = "kept"
    ABORTED = "aborted"
    # Automation there was turned down.
    MODE = "mode"


class BatchError(ValueError):
    """It cannot be done; the message says why and what to do."""


NEXT = {
    BatchStatus.DRAFT: {BatchStatus.FROZEN, BatchStatus.ABORTED},
    BatchStatus.FROZEN: {BatchStatus.APPROVED, BatchStatus.ABORTED},
    BatchStatus.APPROVED: {BatchStatus.NOTICING, BatchStatus.WAITING, BatchStatus.ABORTED},
    BatchStatus.NOTICING: {BatchStatus.WAITING, BatchStatus.ABORTED},
    BatchStatus.WAITING: {BatchStatus.RUNNING, BatchStatus.DONE, BatchStatus.ABORTED},
    BatchStatus.RUNNING: {BatchStatus.PAUSED, BatchStatus.WAITING, BatchStatus.DONE},
    BatchStatus.PAUSED: {BatchStatus.RUNNING, BatchStatus.ABORTED, BatchStatus.UNDOING},
    BatchStatus.DONE: {BatchStatus.UNDOING, BatchStatus.FINAL},
    BatchStatus.UNDOING: {BatchStatus.UNDONE},
    BatchStatus.UNDONE: {BatchStatus.FINAL},
    BatchStatus.FINAL: set[BatchStatus](),
    BatchStatus.ABORTED: set[BatchStatus](),
}
CLOSED = frozenset({BatchStatus.DONE, BatchStatus.UNDONE, BatchStatus.FINAL, BatchStatus.ABORTED})
IN_FLIGHT = frozenset({ItemState.MEMBER, ItemState.OWED, ItemState.NOTICED})
# Judged by use: without fresh evidence of it nobody is idle.
BY_USE = frozenset({Reason.IDLE, Reason.UNSENT, Reason.INACTIVE_DUE})


def needs_notice(reason: Reason) -> bool:
    """Whether the mailbox is written to first: before every deletion, and only then."""
    return LEADS_TO[reason] is Status.DELETED


def can_be_undone(reason: Reason) -> bool:
    """Whether a batch can be taken back: all but a purge."""
    return LEADS_TO[reason] is not Status.PURGED


def check_step(now: BatchStatus, wanted: BatchStatus) -> None:
    """Refuse a step that cannot follow.

    Raises:
        BatchError: with where the batch stands.
    """
    if wanted not in NEXT[now]:
        raise BatchError(f"The batch is {now}: it cannot become {wanted}.")


def find_ready_day(accepted_on: date, notice_days: int, lost: Collection[date]) -> date:
    """The first day on which a notice has run its whole days in London.

    The day of acceptance counts as the first. Lost days (`blackouts`) do not count: accepted on
    9 April with 14 days, the 22nd is too early and the 23rd is not.
    """
    day, left = accepted_on, notice_days
    while left:
        left -= day not in lost
        day += timedelta(days=1)
    return day


def permille(part: int, whole: int) -> int:
    """A share in thousandths, rounded up: a threshold must not be passed unseen."""
    return -(-part * 1000 // whole) if whole else 0
