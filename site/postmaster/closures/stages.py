"""The steps of a move into a container, what may follow, and what went wrong. Pure.

Asked for by the container, marked as a leaver by the old administrator, joined by the container.
Until it is joined or called off the lifecycle never deletes the account, however late it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from postmaster.accounts.rules import Status


class Stage(StrEnum):
    """Where a move stands."""

    ASKED = "asked"
    LEAVING = "leaving"
    JOINED = "joined"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Trouble(StrEnum):
    """Why a move cannot simply go on."""

    OVERDUE = "overdue"
    MARK_GONE = "mark-gone"
    ELSEWHERE = "elsewhere"
    DELETED = "deleted"


NEXT: Mapping[Stage, frozenset[Stage]] = {
    Stage.ASKED: frozenset({Stage.LEAVING, Stage.REFUSED, Stage.CANCELLED}),
    # Begun again: a fresh mark, and its clock from the start.
    Stage.LEAVING: frozenset({Stage.LEAVING, Stage.JOINED, Stage.CANCELLED}),
    Stage.REFUSED: frozenset({Stage.ASKED, Stage.CANCELLED}),
    Stage.JOINED: frozenset[Stage](),
    Stage.CANCELLED: frozenset[Stage](),
}
# While it stands at one of these nothing is deleted.
OPEN_STAGES = (Stage.ASKED.value, Stage.LEAVING.value)
STAGE_WORDS = {
    Stage.ASKED: "Asked for",
    Stage.LEAVING: "Leaver, waiting to be joined",
    Stage.JOINED: "Joined",
    Stage.REFUSED: "Refused",
    Stage.CANCELLED: "Called off",
}
TROUBLE_WORDS = {
    Trouble.OVERDUE: "Not joined in time. It is not deleted; begin the clock again, then join it.",
    Trouble.MARK_GONE: "The mark as a leaver was taken back. Begin the clock again or call it off.",
    Trouble.ELSEWHERE: "The account joined another organisation. Call this move off.",
    Trouble.DELETED: "The account was deleted. Restore it, then begin the clock again.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """A move and the account it is about, as they stand now."""

    stage: Stage
    from_organisation: str
    due_on: date | None
    status: Status
    organisation: str


def find_trouble(facts: Facts, today: date) -> Trouble | None:
    """What stands in the way of the next step, the gravest first."""
    if facts.stage not in {Stage.ASKED, Stage.LEAVING}:
        return None
    if facts.status in {Status.DELETED, Status.PURGED}:
        return Trouble.DELETED
    if facts.organisation != facts.from_organisation:
        return Trouble.ELSEWHERE
    if facts.stage is Stage.LEAVING and facts.status is not Status.LEAVER:
        return Trouble.MARK_GONE
    if facts.due_on is not None and today > facts.due_on:
        return Trouble.OVERDUE
    return None
