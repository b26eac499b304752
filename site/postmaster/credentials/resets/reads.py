"""Questions about resets: a month by channel, by organisation, what an account had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import ALIVE, Kind, Status
from postmaster.accounts.tables import Account
from postmaster.credentials.answers.tables import SecurityAnswer
from postmaster.credentials.resets.rules import (
    Channel,
    Outcome,
    Proof,
    list_channels,
    rate_of,
    share_out,
)
from postmaster.credentials.resets.tables import ResetDay, ResetEvent
from postmaster.days import add_months
from postmaster.organisations.tables import Organisation

WITH_PASSWORD = (Kind.PERSON, Kind.APPLICATION)
EVENTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class MonthCount:
    """The resets of a month, or of an organisation in it. `accounts`: how many could have one."""

    counts: Mapping[Channel, int]
    accounts: int = 0

    @property
    def total(self) -> int:
        """All channels together."""
        return sum(self.counts.values())

    @property
    def shares(self) -> Mapping[Channel, Decimal]:
        """Per cent of each, together 100.0; empty where nothing was reset."""
        return share_out(self.counts)

    @property
    def rate(self) -> Decimal | None:
        """Resets for each 1,000 accounts of today; None where there is no account."""
        return rate_of(self.total, self.accounts)


@dataclass(frozen=True, slots=True)
class OrganisationMonth:
    """One organisation's month."""

    ods_code: str
    name: str
    month: MonthCount


@dataclass(frozen=True, slots=True)
class Missing:
    """How many people's accounts cannot be reset by their owners, and why."""

    people: int
    without_questions: int
    without_mobile: int
    without_either: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One reset of an account, as its page shows it."""

    at: datetime
    channel: Channel
    proof: Proof
    outcome: Outcome
    unlocked: bool
    actor: str


def count_month(session: Session, *, month: date) -> MonthCount:
    """The whole service's resets of a calendar month in London: figures, nobody's data."""
    rows = session.execute(_by_channel(month))
    return MonthCount(list_channels((channel, count) for channel, count in rows))


def list_months(
    session: Session, *, reader: Actor, last: date, many: int, organisation: str | None = None
) -> Sequence[tuple[date, MonthCount]]:
    """The reader's resets of so many months, the newest first, those without any as well."""
    first = add_months(last.replace(day=1), 1 - many)
    rows = session.execute(
        select(ResetDay.day, ResetDay.channel, func.sum(ResetDay.resets))
        .where(*_mine(reader, organisation), ResetDay.day >= first)
        .where(ResetDay.day < add_months(last.replace(day=1), 1))
        .group_by(ResetDay.day, ResetDay.channel)
    )
    found: dict[date, dict[str, int]] = {}
    for day, channel, count in rows:
        month = found.setdefault(day.replace(day=1), {})
        month[channel] = month.get(channel, 0) + int(count)
    months = [add_months(last.replace(day=1), -back) for back in range(many)]
    return [(one, MonthCount(list_channels(found.get(one, {}).items()))) for one in months]


def count_own_month(
    session: Session, *, reader: Actor, month: date, organisation: str | None = None
) -> MonthCount:
    """The reader's resets of a calendar month, with the accounts they are a rate of."""
    rows = session.execute(_by_channel(month).where(*_mine(reader, organisation)))
    accounts = session.scalar(
        select(func.count()).select_from(Account).where(*_with_password(reader, organisation))
    )
    counts = list_channels((channel, count) for channel, count in rows)
    return MonthCount(counts, accounts or 0)


def list_organisations(
    session: Session, *, reader: Actor, month: date, organisation: str | None = None
) -> Sequence[OrganisationMonth]:
    """Each organisation of the reader's with resets in a month, the highest rate first."""
    rows = session.execute(
        select(ResetDay.organisation, ResetDay.channel, func.sum(ResetDay.resets))
        .where(*_mine(reader, organisation), *_within(month))
        .group_by(ResetDay.organisation, ResetDay.channel)
    )
    found: dict[str, dict[str, int]] = {}
    for code, channel, count in rows:
        found.setdefault(code, {})[channel] = int(count)
    accounts = session.execute(
        select(Account.organisation, func.count())
        .where(*_with_password(reader, organisation), Account.organisation.in_(found))
        .group_by(Account.organisation)
    )
    sizes = {code: count for code, count in accounts}
    names = session.execute(
        select(Organisation.ods_code, Organisation.name).where(Organisation.ods_code.in_(found))
    )
    months = [
        OrganisationMonth(
            code, name, MonthCount(list_channels(found[code].items()), sizes.get(code, 0))
        )
        for code, name in names
    ]
    return sorted(months, key=lambda one: (-(one.month.rate or 0), one.ods_code))


def count_missing(session: Session, *, reader: Actor, organisation: str | None = None) -> Missing:
    """How many people of the reader's could not reset their own password, and what they lack."""
    asked = select(SecurityAnswer.account_id).where(SecurityAnswer.account_id == Account.account_id)
    no_questions, no_mobile = ~asked.exists(), func.coalesce(Account.mobile, "") == ""
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    row = session.execute(
        select(
            func.count(),
            func.count().filter(no_questions),
            func.count().filter(no_mobile),
            func.count().filter(no_questions, no_mobile),
        )
        .select_from(Account)
        .where(mine, Account.kind == Kind.PERSON, Account.status.in_(_SIGNS_IN))
        .where(*([Account.organisation == organisation] if organisation else []))
    ).one()
    return Missing(*row)


def list_events(session: Session, *, account_id: int) -> Sequence[EventRow]:
    """The newest resets of one account; the caller has asked whether the reader may see it."""
    rows = session.scalars(
        select(ResetEvent)
        .where(ResetEvent.account_id == account_id)
        .order_by(ResetEvent.event_id.desc())
        .limit(EVENTS_SHOWN)
    )
    return [
        EventRow(
            row.at, Channel(row.channel), Proof(row.proof), Outcome(row.outcome), row.unlocked,
            row.actor,
        )
        for row in rows
    ]  # fmt: skip


_SIGNS_IN = (Status.ACTIVE, Status.INACTIVE, Status.LEAVER)


def _by_channel(month: date) -> Select[str, int]:
    return (
        select(ResetDay.channel, func.sum(ResetDay.resets))
        .where(*_within(month))
        .group_by(ResetDay.channel)
    )


def _within(month: date) -> list[ColumnElement[bool]]:
    first = month.replace(day=1)
    return [ResetDay.day >= first, ResetDay.day < add_months(first, 1)]


def _mine(reader: Actor, organisation: str | None) -> list[ColumnElement[bool]]:
    mine = [in_scope(reader, Action.ACCOUNTS_READ, ResetDay.organisation)]
    return [*mine, ResetDay.organisation == organisation] if organisation else mine


def _with_password(reader: Actor, organisation: str | None) -> list[ColumnElement[bool]]:
    mine = [
        in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        Account.kind.in_(WITH_PASSWORD),
        Account.status.in_(ALIVE),
    ]
    return [*mine, Account.organisation == organisation] if organisation else mine
