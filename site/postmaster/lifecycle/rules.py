"""Is an account due, for what, and what stands in the way? Pure; `criteria` says the same in SQL.

A property test holds the two against each other, account by account, on both databases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from postmaster.accounts.rules import Kind, Status
from postmaster.lifecycle.cutoffs import Cutoffs


class Reason(StrEnum):
    """Why an account is due, or why it is not yet."""

    LEAVER_DUE = "leaver-due"
    INACTIVE_DUE = "inactive-due"
    DISABLED_DUE = "disabled-due"
    PENDING_EXPIRED = "pending-expired"
    IDLE = "idle"
    UNSENT = "unsent"
    PURGE_DUE = "purge-due"
    LEAVER_KEPT = "leaver-kept"
    INACTIVE_KEPT = "inactive-kept"
    DISABLED_KEPT = "disabled-kept"
    PENDING = "pending"
    IN_USE = "in-use"
    KIND_EXEMPT = "kind-exempt"
    RESTORABLE = "restorable"
    PURGED = "purged"


class Blocker(StrEnum):
    """What stands in the way of an account that is due."""

    SINCE_UNKNOWN = "since-unknown"
    SERVICE_ACCOUNT = "service-account"
    HELD = "held"
    SPARED = "spared"
    OPERATION = "operation"
    ORGANISATION_FROZEN = "organisation-frozen"
    SOLE_ADMINISTRATOR = "sole-administrator"
    SOLE_OWNER = "sole-owner"
    CONTAINER_MOVE = "container-move"
    IN_BATCH = "in-batch"


# What each due reason leads to. Only these are ever candidates.
LEADS_TO = {
    Reason.LEAVER_DUE: Status.DELETED,
    Reason.INACTIVE_DUE: Status.DELETED,
    Reason.DISABLED_DUE: Status.DELETED,
    Reason.PENDING_EXPIRED: Status.DELETED,
    Reason.IDLE: Status.INACTIVE,
    Reason.UNSENT: Status.INACTIVE,
    Reason.PURGE_DUE: Status.PURGED,
}
# The one reason for which what stands in a state is due; what is active by its kind.
_DUE_IN = {
    Status.LEAVER: Reason.LEAVER_DUE,
    Status.INACTIVE: Reason.INACTIVE_DUE,
    Status.DISABLED: Reason.DISABLED_DUE,
    Status.PENDING: Reason.PENDING_EXPIRED,
    Status.DELETED: Reason.PURGE_DUE,
}
# Reasons active accounts can be due for: those no other state has.
OF_ACTIVE = frozenset(LEADS_TO) - frozenset(_DUE_IN.values())
# The states whose own beginning is the clock.
CLOCKED = frozenset({Status.LEAVER, Status.INACTIVE, Status.DISABLED, Status.DELETED})
# Applications and rooms are used by programs and doors: idleness says nothing about them.
IDLE_KINDS = frozenset({Kind.PERSON})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one account; the flags come from the rooms that know them."""

    kind: Kind
    status: Status
    status_since: datetime | None
    counted_from: datetime
    last_sign_in_at: datetime | None = None
    last_sent_at: datetime | None = None
    last_password_at: datetime | None = None
    spared_until: datetime | None = None
    is_service: bool = False
    is_held: bool = False
    is_operating: bool = False
    is_frozen: bool = False
    is_sole_administrator: bool = False
    is_sole_owner: bool = False
    is_moving: bool = False
    is_in_batch: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why, what it leads to if anything, and what stands in the way."""

    reason: Reason
    blocker: Blocker | None = None

    @property
    def leads_to(self) -> Status | None:
        """What a sweep would make of it."""
        return None if self.blocker else LEADS_TO.get(self.reason)


def decide(facts: Facts, cutoffs: Cutoffs) -> Verdict:
    """Decide on one account."""
    reason = find_reason(facts, cutoffs)
    if reason not in LEADS_TO:
        return Verdict(reason)
    return Verdict(reason, find_blocker(facts, cutoffs))


def name_due(kind: Kind, status: Status) -> Reason:
    """Why an account is due, of which no more is known than that it is.

    Raises:
        KeyError: nothing in this state is ever due.
    """
    if status is Status.ACTIVE:
        return Reason.UNSENT if kind is Kind.SHARED else Reason.IDLE
    return _DUE_IN[status]


def find_reason(facts: Facts, cutoffs: Cutoffs) -> Reason:
    """Where the account stands by its clock, whatever stands in the way."""
    match facts.status:
        case Status.ACTIVE:
            return _find_idleness(facts, cutoffs)
        case Status.PENDING:
            is_over = facts.counted_from < cutoffs.pending_before
            return _DUE_IN[Status.PENDING] if is_over else Reason.PENDING
        case Status.PURGED:
            return Reason.PURGED
        case _:
            limit, waiting = {
                Status.LEAVER: (cutoffs.leaver_before, Reason.LEAVER_KEPT),
                Status.INACTIVE: (cutoffs.inactive_before, Reason.INACTIVE_KEPT),
                Status.DISABLED: (cutoffs.disabled_before, Reason.DISABLED_KEPT),
                Status.DELETED: (cutoffs.deleted_before, Reason.RESTORABLE),
            }[facts.status]
            is_over = facts.status_since is None or facts.status_since < limit
            # Nobody knows since when: treated as due, so that the blocker is what is shown.
            return _DUE_IN[facts.status] if is_over else waiting


def _find_idleness(facts: Facts, cutoffs: Cutoffs) -> Reason:
    if facts.kind is Kind.SHARED:
        sent = max(facts.counted_from, facts.last_sent_at or facts.counted_from)
        return Reason.UNSENT if sent < cutoffs.unsent_before else Reason.IN_USE
    if facts.kind not in IDLE_KINDS:
        return Reason.KIND_EXEMPT
    return Reason.IDLE if find_idle_since(facts, cutoffs) < cutoffs.idle_before else Reason.IN_USE


def find_idle_since(facts: Facts, cutoffs: Cutoffs) -> datetime:
    """The last use that counts by this policy; never before creation, approval or restore."""
    uses = [
        used
        for counts, used in (
            (cutoffs.counts_sign_in, facts.last_sign_in_at),
            (cutoffs.counts_sending, facts.last_sent_at),
            (cutoffs.counts_password, facts.last_password_at),
        )
        if counts and used is not None
    ]
    return max([facts.counted_from, *uses])


Question: TypeAlias = Callable[[Facts, Cutoffs], bool]
QUESTIONS: tuple[tuple[Question, Blocker], ...] = (
    (
        lambda facts, _: facts.status_since is None and facts.status in CLOCKED,
        Blocker.SINCE_UNKNOWN,
    ),
    (lambda facts, _: facts.is_service, Blocker.SERVICE_ACCOUNT),
    (lambda facts, _: facts.is_held, Blocker.HELD),
    (
        lambda facts, cut: facts.spared_until is not None and facts.spared_until > cut.as_of,
        Blocker.SPARED,
    ),
    (lambda facts, _: facts.is_operating, Blocker.OPERATION),
    (lambda facts, _: facts.is_frozen, Blocker.ORGANISATION_FROZEN),
    (lambda facts, _: facts.is_sole_administrator, Blocker.SOLE_ADMINISTRATOR),
    (lambda facts, _: facts.is_sole_owner, Blocker.SOLE_OWNER),
    (lambda facts, _: facts.is_moving, Blocker.CONTAINER_MOVE),
    (lambda facts, _: facts.is_in_batch, Blocker.IN_BATCH),
)


def find_blocker(facts: Facts, cutoffs: Cutoffs) -> Blocker | None:
    """The first thing that stands in the way."""
    return next((blocker for asks, blocker in QUESTIONS if asks(facts, cutoffs)), None)
