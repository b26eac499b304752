"""Outcomes for the accounts of an organisation that closes, and what stands in their way. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from postmaster.accounts.rules import Kind, Status


class Outcome(StrEnum):
    """What becomes of an account."""

    TRANSFER = "transfer"
    LEAVER = "leaver"
    DELETE = "delete"
    KEEP = "keep"


class Standing(StrEnum):
    """Where an account of an organisation that closes stands."""

    UNDECIDED = "undecided"
    # A leaver: the clock runs, and a receiving administrator may still accept the account.
    LEAVING = "leaving"
    # Given up: inactive until the lifecycle deletes it with notice, or never opened.
    GIVEN_UP = "given-up"
    # On its way into a container, step by step.
    MOVING = "moving"
    GONE = "gone"


class PlanState(StrEnum):
    """Where an outcome for many accounts stands."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class ItemState(StrEnum):
    """Where one account of a plan stands."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    UNDONE = "undone"
    # Changed after the plan, so that an undo leaves it alone.
    KEPT_CHANGED = "kept-changed"


class Skip(StrEnum):
    """Why an account is left as it is."""

    MOVED = "moved"
    GONE = "gone"
    OPERATION = "operation"
    MOVING = "moving"
    KIND = "kind"
    SETTLED = "settled"
    NO_OWNER = "no-owner"
    ROLES = "roles"
    REFUSED = "refused"


class ClosureError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


# Which kinds an outcome is for. A shared mailbox has nobody who leaves, a person no owner.
KINDS = {
    Outcome.TRANSFER: frozenset(Kind),
    Outcome.LEAVER: frozenset({Kind.PERSON, Kind.APPLICATION}),
    Outcome.DELETE: frozenset(Kind),
    Outcome.KEEP: frozenset({Kind.SHARED, Kind.RESOURCE, Kind.APPLICATION}),
}
# Accounts that need an outcome; a leaver has one already.
OPEN_STATUSES = frozenset({Status.PENDING, Status.ACTIVE, Status.INACTIVE, Status.DISABLED})
# Given up means one of these: what wakes up, or is opened, needs an outcome again.
GIVEN_UP_STATUSES = frozenset({Status.PENDING, Status.INACTIVE})
REASON = "organisation-closed"

OUTCOME_WORDS = {
    Outcome.TRANSFER: "Transfer to another organisation",
    Outcome.LEAVER: "Mark as leavers",
    Outcome.DELETE: "Give up: inactive now, deleted by the lifecycle with notice",
    Outcome.KEEP: "Keep with its owner, in the owner's organisation",
}
STANDING_WORDS = {
    Standing.UNDECIDED: "Needs an outcome",
    Standing.LEAVING: "Leaver",
    Standing.GIVEN_UP: "Given up",
    Standing.MOVING: "Moving into a container",
    Standing.GONE: "Deleted",
}
SKIP_WORDS = {
    Skip.MOVED: "No longer in this organisation",
    Skip.GONE: "Deleted already",
    Skip.OPERATION: "Being changed at this moment",
    Skip.MOVING: "Moving into a container already",
    Skip.KIND: "Not done to accounts of this kind",
    Skip.SETTLED: "A leaver already",
    Skip.NO_OWNER: "No owner in one open organisation within reach",
    Skip.ROLES: "Has a role elsewhere, which only a tenant administrator ends",
    Skip.REFUSED: "The account could not be changed",
}
# How long an organisation has been closing or closed, the longest first: days, words.
BANDS = ((365, "over 1 year"), (90, "90 days to 1 year"), (30, "30 to 90 days"))
YOUNGEST = "under 30 days"


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides where an account stands. `is_given_up`: a plan gave it up and holds."""

    status: Status
    is_given_up: bool = False
    is_moving: bool = False


def find_standing(facts: Facts) -> Standing:
    """Where an account stands; `criteria.standing_of` says the same in SQL."""
    if facts.status in {Status.DELETED, Status.PURGED}:
        return Standing.GONE
    if facts.is_moving:
        return Standing.MOVING
    if facts.status is Status.LEAVER:
        return Standing.LEAVING
    if facts.is_given_up and facts.status in GIVEN_UP_STATUSES:
        return Standing.GIVEN_UP
    return Standing.UNDECIDED


def find_band(days: int) -> str:
    """The age of a closing in words."""
    return next((words for least, words in BANDS if days >= least), YOUNGEST)


def check_step(state: PlanState, *wanted: PlanState) -> None:
    """Refuse what is not done to a plan in this state.

    Raises:
        ClosureError: with where the plan stands.
    """
    if state not in wanted:
        raise ClosureError(f"The outcome is {state}: this is not done to it now.")
