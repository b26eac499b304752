"""Questions about mail, for those who may ask them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tasks import Task
from postmaster.outbox.reads import count_by_state, get_oldest_failed_at, get_oldest_owed_at
from postmaster.outbox.rules import MessageState

LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How mail stands: counts by state, and since when the oldest unsent message is owed."""

    counts: dict[MessageState, int]
    oldest_owed_at: datetime | None
    is_late: bool

    @property
    def is_well(self) -> bool:
        """Whether nothing failed and nothing has waited for over an hour."""
        return not self.is_late and not self.counts[MessageState.FAILED]


def get_delivery_status(session: Session, *, now: datetime) -> DeliveryStatus:
    """How mail stands now."""
    oldest = get_oldest_owed_at(session)
    return DeliveryStatus(
        counts=dict(count_by_state(session)),
        oldest_owed_at=oldest,
        is_late=oldest is not None and now - oldest > LATE_AFTER,
    )


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:
    """Mail that failed, and mail that waits too long, for those who may see it."""
    if not may(reader, Action.DELIVERY_READ).is_allowed:
        return []
    status = get_delivery_status(session, now=now)
    tasks = []
    failed = status.counts[MessageState.FAILED]
    if failed:
        words = "1 message failed" if failed == 1 else f"{failed} messages failed"
        since = get_oldest_failed_at(session)
        tasks.append(Task(failed, words, "/admin/delivery/?state=failed", since))
    if status.is_late:
        waiting = status.counts[MessageState.OWED] + status.counts[MessageState.SENDING]
        words = f"Mail waits to be sent for over an hour ({waiting} owed)"
        tasks.append(Task(waiting, words, "/admin/delivery/?state=owed", status.oldest_owed_at))
    return tasks
