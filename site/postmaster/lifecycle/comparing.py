"""Two policies on one estate: who would move by the one and not by the other, in one statement."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.criteria import BAND_WORDS, find_band
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.batches import permille
from postmaster.lifecycle.criteria import blocker_of, is_due_at_all
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.living import count_living_in
from postmaster.lifecycle.rules import name_due
from postmaster.policy.rules import Policy

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Move:
    """How many accounts share these; `is_more`: due by the second policy only, or by the first."""

    organisation: str
    kind: str
    reason: str
    band: str
    is_more: bool
    accounts: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who would move by one policy and not by the other, at one moment; nobody is moved by it.

    `living` counts the accounts of each organisation that are not purged; `more_ids` and `less_ids`
    are the first accounts of each side, as a sample to look at.
    """

    as_of: datetime
    before: Policy
    after: Policy
    living: Mapping[str, int]
    moves: Sequence[Move]
    more_ids: Sequence[int]
    less_ids: Sequence[int]

    @property
    def estate(self) -> int:
        """Every account that is not purged."""
        return sum(self.living.values())

    def count(self, key: Callable[[Move], str], *, is_more: bool = True) -> Mapping[str, int]:
        """Accounts by something of the moves, most first."""
        found: Counter[str] = Counter()
        for move in self.moves:
            if move.is_more == is_more:
                found[key(move)] += move.accounts
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def more(self) -> int:
        """How many the second policy would take and the first would not."""
        return sum(move.accounts for move in self.moves if move.is_more)

    @property
    def less(self) -> int:
        """How many the first policy would take and the second would not."""
        return sum(move.accounts for move in self.moves if not move.is_more)

    @property
    def estate_permille(self) -> int:
        """The share of the estate the second policy would take besides."""
        return permille(self.more, self.estate)

    def list_shares(self) -> Sequence[tuple[int, str]]:
        """The share of each organisation the second policy would take besides, largest first."""
        taken = self.count(lambda move: move.organisation)
        shares = [(permille(count, self.living[code]), code) for code, count in taken.items()]
        return sorted(shares, key=lambda pair: (-pair[0], pair[1]))


def compare_policies(
    session: Session, *, reader: Actor, before: Policy, after: Policy, as_of: datetime
) -> Comparison:
    """Compare what two policies would do at a moment to the accounts the reader may see."""
    first, second = make_cutoffs(before, as_of=as_of), make_cutoffs(after, as_of=as_of)
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    living = count_living_in(session, mine)
    moves = _list_moves(session, first, second, mine)
    sides = {move.is_more for move in moves}
    more, less = (
        _sample(session, first, second, mine, is_more=side) if side in sides else ()
        for side in (True, False)
    )
    return Comparison(as_of, before, after, living, moves, more, less)


def _list_moves(
    session: Session, first: Cutoffs, second: Cutoffs, mine: ColumnElement[bool]
) -> Sequence[Move]:
    is_more = is_due_at_all(second)
    moved = (
        select(
            Account.organisation,
            Account.kind,
            Account.status,
            find_band(second.as_of).label("band"),
            case((is_more, 1), else_=0).label("is_more"),
        )
        .where(or_(_only(second, first), _only(first, second)), mine)
        .cte("moved")
        .prefix_with("MATERIALIZED", dialect="sqlite")
    )
    columns = (moved.c.organisation, moved.c.kind, moved.c.status, moved.c.band, moved.c.is_more)
    rows = session.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
    return [
        Move(code, kind, name_due(Kind(kind), Status(status)), BAND_WORDS[band], bool(more), count)
        for code, kind, status, band, more, count in rows
    ]


def _sample(
    session: Session, first: Cutoffs, second: Cutoffs, mine: ColumnElement[bool], *, is_more: bool
) -> Sequence[int]:
    only = _only(second, first) if is_more else _only(first, second)
    rows = select(Account.account_id).where(only, mine).order_by(Account.account_id).limit(SAMPLE)
    return session.scalars(rows).all()


def _only(one: Cutoffs, other: Cutoffs) -> ColumnElement[bool]:
    """Due by one policy and not by the other, with nothing in the way."""
    due = and_(is_due_at_all(one), not_(is_due_at_all(other)))
    return and_(due, blocker_of(one).is_(None))
