"""What a list may be called and become, and whose approval what it reaches needs. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

LONGEST_DESCRIPTION = 500
# What an address of a list ends in: the one domain of the service.
LIST_DOMAIN = "nhs.net"
_NAME = re.compile(r"[A-Za-z0-9]+")


class ListKind(StrEnum):
    """How a list knows its recipients."""

    STATIC = "static"
    DYNAMIC = "dynamic"


class ListStatus(StrEnum):
    """Where a list stands."""

    PENDING = "pending"
    ACTIVE = "active"
    REJECTED = "rejected"
    DISABLED = "disabled"


class ChangeState(StrEnum):
    """Where a change of a list stands; until it is applied the list stays as it was."""

    WAITING = "waiting"
    APPLIED = "applied"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ChangeKind(StrEnum):
    """What a change is about."""

    CREATE = "create"
    SETTINGS = "settings"
    MEMBERS = "members"


class Seat(StrEnum):
    """Whose approval it is: the owning organisation's, another's it reaches, or the tenant's."""

    OWNER = "owner"
    ORGANISATION = "organisation"
    TENANT = "tenant"


class GroupError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


NEXT = {
    ListStatus.PENDING: frozenset({ListStatus.ACTIVE, ListStatus.REJECTED}),
    ListStatus.ACTIVE: frozenset({ListStatus.DISABLED}),
    ListStatus.DISABLED: frozenset({ListStatus.ACTIVE}),
    ListStatus.REJECTED: frozenset[ListStatus](),
}
KIND_WORDS = {ListKind.STATIC: "Static, kept by hand", ListKind.DYNAMIC: "Dynamic, by a rule"}
STATUS_WORDS = {
    ListStatus.PENDING: "Pending",
    ListStatus.ACTIVE: "Active",
    ListStatus.REJECTED: "Rejected",
    ListStatus.DISABLED: "Disabled",
}
CHANGE_WORDS = {
    ChangeKind.CREATE: "Make the list",
    ChangeKind.SETTINGS: "Change the list",
    ChangeKind.MEMBERS: "Change its members",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the policy in force."""

    named_senders_over: int
    tenant_approval_over: int
    name_max_length: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a list would be after a change, and who asks for it.

    `before` and `after` are recipients. `seats` are the organisations, other than the owner, whose
    accounts it would reach and which did not approve of it yet. `is_settled`: the change leaves the
    list's rule and settings alone.
    """

    kind: ListKind
    before: int
    after: int
    has_senders: bool
    is_everyone: bool
    seats: Collection[str] = ()
    is_settled: bool = False
    asker_is_tenant: bool = False


@dataclass(frozen=True, slots=True)
class Needed:
    """One approval that is needed; `organisation` whose it is."""

    seat: Seat
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a change needs: approvals, or to be mended first."""

    approvals: tuple[Needed, ...] = ()
    fault: str | None = None
    field: str | None = None


def decide_needs(facts: Facts, owner: str, limits: Limits) -> Needs:
    """Whose approval a change needs; a fault when nobody's would do. In this order."""
    if facts.is_everyone and not facts.asker_is_tenant:
        return Needs(
            fault=(
                f"This rule reaches every organisation of the service: {facts.after:,} recipients. "
                "Narrow it to the organisations you mean, or ask a tenant administrator for it."
            ),
            field="organisations",
        )
    if needs_senders(facts.after, limits) and not facts.has_senders:
        return Needs(
            fault=(
                f"It would reach {facts.after:,} recipients, which is over "
                f"{limits.named_senders_over:,}. Name who may send to it."
            ),
            field="senders",
        )
    approvals = []
    if not facts.is_settled:
        approvals.append(Needed(Seat.OWNER, owner))
    is_tenants = facts.is_everyone or needs_tenant(max(facts.before, facts.after), limits)
    if facts.kind is ListKind.DYNAMIC and not facts.is_everyone:
        approvals += [Needed(Seat.ORGANISATION, code) for code in sorted(facts.seats)]
    if is_tenants:
        approvals.append(Needed(Seat.TENANT))
    return Needs(tuple(approvals))


def needs_senders(recipients: int, limits: Limits) -> bool:
    """Whether only named senders may write to so many."""
    return recipients > limits.named_senders_over


def needs_tenant(recipients: int, limits: Limits) -> bool:
    """Whether a list of so many needs the approval of a tenant administrator."""
    return recipients > limits.tenant_approval_over


def find_hold(
    recipients: int, *, has_senders: bool, is_everyone: bool, is_tenants: bool, limits: Limits
) -> str | None:
    """Why a list that was approved resolves to nobody now: it outgrew what was approved."""
    if is_everyone and not is_tenants:
        return "It reaches every organisation by now, which nobody approved."
    if needs_tenant(recipients, limits) and not is_tenants:
        return (
            f"It has grown to {recipients:,} recipients: over {limits.tenant_approval_over:,} a "
            "tenant administrator approves of it first."
        )
    if needs_senders(recipients, limits) and not has_senders:
        return (
            f"It has grown to {recipients:,} recipients: over {limits.named_senders_over:,} it "
            "needs named senders."
        )
    return None


def find_name_fault(name: str, longest: int) -> str | None:
    """What is wrong with the name of a list."""
    if not name:
        return "Enter the name."
    if odd := [one for one in name if not _NAME.fullmatch(one)]:
        what = "blanks" if odd[0].isspace() else repr(odd[0])
        return f"Take {what} out of the name: letters and digits may stand there."
    if len(name) > longest:
        return f"Shorten the name to {longest} characters or fewer. It has {len(name)}."
    return None


def make_address(short_code: str, name: str) -> str:
    """The address of a list: the short code of its organisation, and its name."""
    return f"{short_code}.{name}@{LIST_DOMAIN}".lower()


def find_step_fault(now: ListStatus, wanted: ListStatus) -> str | None:
    """Why one status cannot follow another; None when it can."""
    if wanted in NEXT[now]:
        return None
    if now is ListStatus.REJECTED:
        return "The list was rejected. Make a new one."
    before, after = STATUS_WORDS[now].lower(), STATUS_WORDS[wanted].lower()
    return f"A list that is {before} cannot become {after}."
