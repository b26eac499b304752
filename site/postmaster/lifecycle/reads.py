"""What a policy would do to the estate at a moment, in a few grouped statements."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.criteria import BAND_WORDS, find_band
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.criteria import blocker_of, is_due_at_all
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.living import count_living
from postmaster.lifecycle.rules import name_due
from postmaster.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Tally:
    """How many due accounts share these; `blocker` is what stands in the way, if anything."""

    organisation: str
    kind: str
    reason: str
    blocker: str | None
    band: str
    accounts: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What is due at a moment by a policy. `estate` counts every account that is not purged."""

    as_of: datetime
    policy_version: str
    estate: int
    tallies: Sequence[Tally]

    def count(
        self, key: Callable[[Tally], str | None], *, blocked: bool = False
    ) -> Mapping[str, int]:
        """Accounts by something of the tallies, most first: those free to go, or the blocked."""
        found: Counter[str] = Counter()
        for tally in self.tallies:
            if (tally.blocker is not None) == blocked:
                found[key(tally) or ""] += tally.accounts
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def free(self) -> int:
        """How many would go."""
        return sum(tally.accounts for tally in self.tallies if tally.blocker is None)

    @property
    def blocked(self) -> int:
        """How many are due and spared."""
        return sum(tally.accounts for tally in self.tallies if tally.blocker is not None)


@dataclass(frozen=True, slots=True)
class Summary:
    """A preview whose tallies name no organisation, and who is free to go by organisation."""

    counts: Preview
    organisations: Mapping[str, int]


def preview(session: Session, *, reader: Actor, policy: Policy, as_of: datetime) -> Preview:
    """What a policy would do at a moment to the accounts the reader may see. Writes nothing."""
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    counted = _count(_list_due(make_cutoffs(policy, as_of=as_of), mine))
    tallies = [_make_tally(row) for row in session.execute(counted)]
    tallies.sort(key=lambda one: (one.organisation, one.kind, one.reason, one.blocker or ""))
    return Preview(as_of, policy.version, count_living(session, mine), tallies)


def summarise(session: Session, *, reader: Actor, policy: Policy, as_of: datetime) -> Summary:
    """The same counted by one thing at a time, inside the database: for pages over millions."""
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    due = _list_due(make_cutoffs(policy, as_of=as_of), mine)
    sets_apart = session.get_bind().dialect.name == "postgresql"
    rows = session.execute(_count_apart(due) if sets_apart else _count_twice(due))
    tallies, organisations = [], {}
    for *row, blocked in rows:
        code, accounts = row[0], row[-1]
        if code is None:
            tallies.append(_make_tally(row))
        elif accounts > blocked:
            organisations[code] = int(accounts - blocked)
    most = sorted(organisations.items(), key=lambda pair: (-pair[1], pair[0]))
    counts = Preview(as_of, policy.version, count_living(session, mine), tallies)
    return Summary(counts, dict(most))


def _make_tally(row: Sequence[Any]) -> Tally:
    code, kind, status, blocker, band, accounts = row
    reason = name_due(Kind(kind), Status(status))
    return Tally(code or "", kind, reason, blocker, BAND_WORDS[band], int(accounts))


def _list_due(cutoffs: Cutoffs, mine: ColumnElement[bool]) -> CTE:
    """Due accounts with what they are counted by; their state and kind tell what they are due for.

    The age is a place in `BAND_WORDS`.
    """
    due = (
        select(
            Account.organisation,
            Account.kind,
            Account.status,
            blocker_of(cutoffs).label("blocker"),
            find_band(cutoffs.as_of).label("band"),
        )
        .where(is_due_at_all(cutoffs), mine)
        .cte("due")
    )
    # Without it SQLite walks an index in the order of the groups, a seek for every account.
    return due.prefix_with("MATERIALIZED", dialect="sqlite")


def _count(due: CTE) -> Select[*tuple[Any, ...]]:
    """Accounts by everything that is known of them."""
    return select(*due.c, func.count().label("accounts")).group_by(*due.c)


def _count_apart(due: CTE) -> Select[*tuple[Any, ...]]:
    """Accounts by all but the organisation, then by that alone, in one pass.

    A row of the one has no organisation, a row of the other nothing else. Last stand how many there
    are and how many of them something holds back.
    """
    mixed = tuple_(due.c.kind, due.c.status, due.c.blocker, due.c.band)
    sets = func.grouping_sets(mixed, tuple_(due.c.organisation))
    return select(*due.c, func.count(), func.count(due.c.blocker)).group_by(sets)


def _count_twice(due: CTE) -> CompoundSelect[*tuple[Any, ...]]:
    """The same for SQLite, which has no grouping sets: what `_count` gives, counted together."""
    counted = _count(due).cte("counted").prefix_with("MATERIALIZED")
    code, *mixed, accounts = counted.c
    blocked = case((counted.c.blocker.is_not(None), accounts), else_=0)
    totals, none = (func.sum(accounts), func.sum(blocked)), literal(None, String)
    return union_all(
        select(none.label(code.name), *mixed, *totals).group_by(*mixed),
        select(code, *(none for _ in mixed), *totals).group_by(code),
    )
