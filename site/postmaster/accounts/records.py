"""The values this room answers with: a row of a list, an account whole, a hold, a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postmaster.accounts.rules import HoldKind, Kind, MemberRole, Status
from postmaster.accounts.tables import Account, AccountAlias, AccountChange


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as lists show it."""

    account_id: int
    address: str
    name: str
    kind: Kind
    organisation: str
    status: Status
    since: datetime | None
    is_held: bool
    is_in_batch: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One side of a membership: the mailbox as a person sees it, or a person as it is listed there.

    `is_mine`: whether the reader may open that account.
    """

    member_id: int
    account_id: int
    address: str
    name: str
    organisation: str
    status: Status
    role: MemberRole
    since: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold in force, with the account it is on."""

    hold_id: int
    account_id: int
    address: str
    organisation: str
    status: Status
    kind: HoldKind
    reason: str
    review_on: date
    placed_at: datetime
    placed_by: str


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """A request that an account becomes another kind."""

    conversion_id: int
    account_id: int
    address: str
    name: str
    organisation: str
    wanted: Kind
    owner_address: str | None
    why: str
    finding: str | None
    state: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_why: str | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """An account with everything that hangs on it.

    `members` are those of a shared mailbox, `mailboxes` those the account owns or uses;
    `changes` are the newest, `change_count` counts all of them.
    """

    row: Account
    organisation_name: str
    owner: AccountRow | None
    holds: Sequence[HoldRow]
    aliases: Sequence[AccountAlias]
    members: Sequence[MemberRow]
    mailboxes: Sequence[MemberRow]
    changes: Sequence[AccountChange]
    change_count: int
    conversions: Sequence[ConversionRow]

    @property
    def owners(self) -> int:
        """How many living owners a shared mailbox has."""
        gone = {Status.DELETED, Status.PURGED}
        return sum(one.role is MemberRole.OWNER and one.status not in gone for one in self.members)

    @property
    def is_shared(self) -> bool:
        """Whether it is opened by its owners and members."""
        return self.row.kind in {Kind.SHARED, Kind.RESOURCE}
