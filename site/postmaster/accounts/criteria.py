"""Which accounts a search finds, as SQL: ranges of folded keys, never a pattern.

What begins with a prefix is read by the index of the address and by the index of the name, each by
itself; an OR of both would make either database read everything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import ALIVE, Kind, MemberRole, Status, fold_address, fold_name
from postmaster.accounts.tables import Account, MailboxMember

# The last character there is: what begins with a prefix lies between it and it followed by this.
_LAST = "\U0010ffff"
# Bands of how long ago the clock of an account began, the longest first.
BANDS = ((730, "over 2 years"), (365, "1 to 2 years"), (90, "90 days to 1 year"))
YOUNGEST = "under 90 days"
UNKNOWN = "not known"
BAND_WORDS = (YOUNGEST, *(words for _, words in reversed(BANDS)), UNKNOWN)
BY_ADDRESS = (Account.address_key, Account.account_id)
BY_NAME = (Account.name_key, Account.account_id)
Key = tuple[InstrumentedAttribute[str], InstrumentedAttribute[int]]
_ROW = (
    Account.address,
    Account.name,
    Account.kind,
    Account.organisation,
    Account.status,
    Account.status_since,
    Account.hold_count,
    Account.batch_id,
)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search is narrowed by; `band` is one of `BAND_WORDS`."""

    prefix: str = ""
    organisation: str | None = None
    kind: Kind | None = None
    status: Status | None = None
    band: str | None = None


def select_accounts(
    *, reader: Actor, narrowing: Narrowing, as_of: datetime
) -> list[tuple[Select[*tuple[Any, ...]], Key]]:
    """The statements that together find what is looked for, each with the key it is read by.

    Each selects its key first, then the columns of a row, and is not ordered. Without a prefix one
    is enough; with one, the second leaves out what the first finds.
    """
    mine = [
        in_scope(reader, Action.ACCOUNTS_READ, Account.organisation),
        *_narrow(narrowing, as_of),
    ]
    prefix = narrowing.prefix.replace("\x00", "")
    address, name = fold_address(prefix), fold_name(prefix)
    if not address and not name:
        return [(_select(BY_ADDRESS, mine), BY_ADDRESS)]
    by_address = begins_with(Account.address_key, address)
    found = [(_select(BY_ADDRESS, [*mine, by_address]), BY_ADDRESS)]
    if name:
        by_name = [*mine, begins_with(Account.name_key, name), not_(by_address)]
        found.append((_select(BY_NAME, by_name), BY_NAME))
    return found


def begins_with(key: InstrumentedAttribute[str], prefix: str) -> ColumnElement[bool]:
    """Keys that begin with a folded prefix, as a range of an index."""
    return and_(key >= prefix, key < prefix + _LAST)


def is_namesake(
    organisation: str | InstrumentedAttribute[str],
    name_key: str | InstrumentedAttribute[str],
    *,
    of: type[Account] = Account,
) -> ColumnElement[bool]:
    """Accounts (`of`) of a name in an organisation, found by the name.

    An expression has no index: without statistics SQLite would read the whole organisation by its.
    """
    return and_(of.organisation.concat("") == organisation, of.name_key == name_key)


def find_band(as_of: datetime) -> ColumnElement[int]:
    """How long ago the clock of an account began (`clock_of`), as a place in `BAND_WORDS`."""

    def place(since: InstrumentedAttribute[Any]) -> ColumnElement[int]:
        bands = [(since < as_of - timedelta(days=days), _place(words)) for days, words in BANDS]
        return case(*bands, (since.is_(None), _place(UNKNOWN)), else_=_place(YOUNGEST))

    # Asked once which clock it is, and not for each band.
    return _by_clock(place)


def _place(words: str) -> ColumnElement[int]:
    return literal(BAND_WORDS.index(words))


def clock_of() -> ColumnElement[datetime | None]:
    """When the clock began: the last use of what is active, otherwise the state itself."""
    return _by_clock(lambda since: since)


def _by_clock(say: Callable[[Any], Any]) -> ColumnElement[Any]:
    active = Account.status == Status.ACTIVE
    return case((active, say(Account.idle_since)), else_=say(Account.status_since))


def is_mailbox() -> ColumnElement[bool]:
    """A shared mailbox or a room that lives."""
    return and_(Account.kind.in_([Kind.SHARED, Kind.RESOURCE]), Account.status.in_(sorted(ALIVE)))


def count_owners() -> ColumnElement[int]:
    """How many living accounts own the mailbox of the row."""
    owner = aliased(Account)
    return (
        select(func.count())
        .select_from(MailboxMember)
        # Joined: of a list of all who live SQLite would try each for every mailbox.
        .join(owner, owner.account_id == MailboxMember.account_id)
        .where(
            MailboxMember.mailbox_id == Account.account_id,
            MailboxMember.ended_at.is_(None),
            MailboxMember.role == MemberRole.OWNER,
            owner.status.in_(sorted(ALIVE)),
        )
        .correlate(Account)
        .scalar_subquery()
    )


def _select(key: Key, where: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return select(*key, *_ROW).where(*where)


def _narrow(narrowing: Narrowing, as_of: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if narrowing.organisation is not None:
        where.append(Account.organisation == narrowing.organisation)
    if narrowing.kind is not None:
        where.append(Account.kind == narrowing.kind)
    if narrowing.status is not None:
        where.append(Account.status == narrowing.status)
    else:
        where.append(Account.status != Status.PURGED)
    if narrowing.band in BAND_WORDS:
        where.append(_is_of(narrowing.band, as_of))
    return where


def _is_of(band: str, as_of: datetime) -> ColumnElement[bool]:
    since = clock_of()
    if band == UNKNOWN:
        return since.is_(None)
    limits = {words: as_of - timedelta(days=days) for days, words in BANDS}
    older = dict(zip((*(words for _, words in BANDS[1:]), YOUNGEST), limits.values(), strict=True))
    where = [since < limits[band]] if band in limits else []
    return and_(*where, *([since >= older[band]] if band in older else []))
