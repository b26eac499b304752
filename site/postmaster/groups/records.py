"""The values this room answers with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from postmaster.accounts.rules import Status
from postmaster.groups.conditions import Condition
from postmaster.groups.reaching import Reach
from postmaster.groups.rules import ChangeKind, ChangeState, ListKind, ListStatus, Seat
from postmaster.groups.tables import DistributionList
from postmaster.groups.wanted import Wanted


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list as a page of many shows it."""

    list_id: int
    address: str
    kind: ListKind
    organisation: str
    status: ListStatus
    since: datetime
    recipients: int
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Who is on a list: `words` is an address, `is_mine` whether the reader may open what it is."""

    member_id: int
    words: str
    account_id: int | None
    nested_id: int | None
    organisation: str | None
    status: Status | None
    since: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """An owner of a list; `is_own`: they are still of the organisation it belongs to."""

    owner_id: int
    account_id: int
    address: str
    name: str
    status: Status
    since: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One approval, waiting, given or refused."""

    seat: Seat
    organisation: str | None
    is_given: bool | None
    decided_at: datetime | None
    decided_by: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change, and every approval it needs or had."""

    change_id: int
    list_id: int
    kind: ChangeKind
    wanted: Wanted
    before: int
    after: int
    state: ChangeState
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    ended_why: str | None
    approvals: Sequence[ApprovalRow]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list whole; `held` says why it resolves to nobody though it is active."""

    row: DistributionList
    organisation_name: str
    condition: Condition | None
    owners: Sequence[OwnerRow]
    senders: Sequence[str]
    members: Sequence[MemberRow]
    member_count: int
    reach: Reach
    held: str | None
    changes: Sequence[ChangeRow]

    @property
    def waiting(self) -> ChangeRow | None:
        """The change that waits for approval."""
        return next((one for one in self.changes if one.state is ChangeState.WAITING), None)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whom mail to a list goes to; nobody, with the reason, when it is not to be sent."""

    account_ids: Sequence[int]
    externals: Sequence[str]
    refusal: str | None
    organisations: Mapping[str, int]
