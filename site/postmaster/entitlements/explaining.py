"""Why an account may use a protocol over the internet at a moment: its own leave, or by a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import EFFECTS, STATUS_WORDS, Kind, Status, get_effects, is_locked
from postmaster.accounts.tables import Account, AccountChange
from postmaster.days import london_day, say_day
from postmaster.entitlements.criteria import gives, held_at, in_reach
from postmaster.entitlements.rules import Protocol
from postmaster.entitlements.tables import ProtocolGrant
from postmaster.groups.criteria import was_active, was_on
from postmaster.groups.tables import DistributionList, ListMember


@dataclass(frozen=True, slots=True)
class Source:
    """One reason for a protocol. `way` are the lists from the one the account is on to the granted.

    `since` is the latest of the grant and of each membership on the way.
    """

    grant_id: int
    protocol: Protocol
    list_id: int | None
    way: tuple[str, ...]
    since: datetime
    until: datetime | None
    granted_by: str
    reason: str

    @property
    def words(self) -> str:
        """The reason as a sentence, without who granted it."""
        day = say_day(london_day(self.since))
        if not self.way:
            return f"{self.protocol.upper()} because it has leave of its own since {day}"
        through = f" by way of {', '.join(self.way[:-1])}" if len(self.way) > 1 else ""
        return f"{self.protocol.upper()} because member of list {self.way[-1]}{through} since {day}"


@dataclass(frozen=True, slots=True)
class Access:
    """What an account may use at a moment, and why; `obstacle`: why none of it works then."""

    account_id: int
    address: str
    at: datetime
    sources: Sequence[Source]
    obstacle: str | None


def explain_access(
    session: Session, *, reader: Actor, account_id: int, at: datetime, now: datetime
) -> Access | None:
    """What an account may use over the internet; None when it is out of the reader's scope."""
    account = session.scalar(
        select(Account).where(
            Account.account_id == account_id,
            in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        )
    )
    if account is None:
        return None
    status, organisation = _stood(session, account, at)
    ways = _list_ways(session, account_id, at)
    sources = [*_own(session, account_id, at), *_by_list(session, organisation, ways, at)]
    sources.sort(key=lambda one: (one.protocol, one.since, one.grant_id))
    obstacle = _find_obstacle(account, status, at, now)
    return Access(account_id, account.address, at, sources, obstacle)


def _stood(session: Session, account: Account, at: datetime) -> tuple[Status, str]:
    """Where the account stood at a moment: what stood before the first change after it."""
    after = session.execute(
        select(AccountChange.before_status, AccountChange.before_organisation)
        .where(AccountChange.account_id == account.account_id, AccountChange.changed_at > at)
        .order_by(AccountChange.change_id)
        .limit(1)
    ).first()
    status, organisation = (None, None) if after is None else (after[0], after[1])
    return Status(status or account.status), organisation or account.organisation


def _find_obstacle(account: Account, status: Status, at: datetime, now: datetime) -> str | None:
    is_now = at >= now
    has_lock = is_now and is_locked(account.locked_until, now)
    effects = get_effects(
        status, Kind(account.kind), is_blocked=is_now and account.sign_in_blocked,
        is_locked=has_lock,
    )  # fmt: skip
    if effects.signs_in and EFFECTS[status].sends:
        return None
    if has_lock:
        return "It is locked"
    if is_now and account.sign_in_blocked:
        return "Signing in is blocked"
    return f"It {'is' if is_now else 'was'} {STATUS_WORDS[status].lower()}"


def _own(session: Session, account_id: int, at: datetime) -> list[Source]:
    rows = session.scalars(
        select(ProtocolGrant).where(ProtocolGrant.account_id == account_id, held_at(at))
    )
    return [_to_source(row, (), row.from_at) for row in rows]


def _by_list(
    session: Session,
    organisation: str,
    ways: Mapping[int, tuple[tuple[int, ...], datetime]],
    at: datetime,
) -> list[Source]:
    account = literal(organisation)
    rows = session.scalars(
        select(ProtocolGrant)
        .join(DistributionList, DistributionList.list_id == ProtocolGrant.list_id)
        .where(
            ProtocolGrant.list_id.in_(sorted(ways)),
            held_at(at),
            gives(at),
            or_(ProtocolGrant.is_everywhere, in_reach(DistributionList.organisation, account)),
        )
    ).all()
    numbers = {number for way, _ in ways.values() for number in way}
    found = session.execute(
        select(DistributionList.list_id, DistributionList.address).where(
            DistributionList.list_id.in_(sorted(numbers))
        )
    )
    names = {number: address for number, address in found}
    sources = []
    for row in rows:
        way, since = ways[row.list_id or 0]
        words = tuple(names[one] for one in way)
        sources.append(_to_source(row, words, max(since, row.from_at)))
    return sources


def _list_ways(
    session: Session, account_id: int, at: datetime
) -> dict[int, tuple[tuple[int, ...], datetime]]:
    """Every active list that leads to the account: the shortest way there, and since when.

    Walks up over lists, not over accounts; a circle ends because no list is met twice.
    """
    mine = select(ListMember.list_id, ListMember.since).where(
        ListMember.account_id == account_id, was_on(at), was_active(ListMember.list_id, at)
    )
    ways: dict[int, tuple[tuple[int, ...], datetime]] = {}
    fresh: list[int] = []
    for number, since in session.execute(mine.order_by(ListMember.since)):
        if number not in ways:
            ways[number] = ((number,), since)
            fresh.append(number)
    while fresh:
        rows = session.execute(
            select(ListMember.list_id, ListMember.nested_id, ListMember.since)
            .where(ListMember.nested_id.in_(fresh), was_on(at), was_active(ListMember.list_id, at))
            .order_by(ListMember.since)
        ).all()
        fresh = []
        for number, nested, since in rows:
            if number not in ways and nested is not None:
                way, before = ways[nested]
                ways[number] = ((*way, number), max(before, since))
                fresh.append(number)
    return ways


def _to_source(row: ProtocolGrant, way: tuple[str, ...], since: datetime) -> Source:
    return Source(
        row.grant_id, Protocol(row.protocol), row.list_id, way, since, row.to_at, row.granted_by,
        row.reason,
    )  # fmt: skip
