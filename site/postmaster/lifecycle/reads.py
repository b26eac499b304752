"""What a policy would do to the estate at a moment, in a few grouped statements."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, String, func, literal, select, union_all
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.criteria import say_band
from postmaster.accounts.tables import Account
from postmaster.lifecycle.criteria import blocker_of, is_due_at_all, reason_of
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.lifecycle.living import count_living
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
    cutoffs = make_cutoffs(policy, as_of=as_of)
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    due = _count_due(cutoffs, mine)
    rows = session.execute(select(*due.c)).all()
    tallies = [Tally(*row) for row in rows]
    tallies.sort(key=lambda one: (one.organisation, one.kind, one.reason, one.blocker or ""))
    return Preview(as_of, policy.version, count_living(session, mine), tallies)


def summarise(session: Session, *, reader: Actor, policy: Policy, as_of: datetime) -> Summary:
    """The same counted by one thing at a time, inside the database: for pages over millions."""
    cutoffs = make_cutoffs(policy, as_of=as_of)
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    due = _count_due(cutoffs, mine)
    total, none = func.sum(due.c.accounts), literal(None, String)
    mixed = (due.c.kind, due.c.reason, due.c.blocker, due.c.band)
    rows = session.execute(
        union_all(
            select(none.label("organisation"), *mixed, total).group_by(*mixed),
            select(due.c.organisation, none, none, none, none, total)
            .where(due.c.blocker.is_(None))
            .group_by(due.c.organisation),
        )
    )
    tallies, organisations = [], {}
    for code, kind, reason, blocker, band, accounts in rows:
        if code is None:
            tallies.append(Tally("", kind, reason, blocker, band, int(accounts)))
        else:
            organisations[code] = int(accounts)
    most = sorted(organisations.items(), key=lambda pair: (-pair[1], pair[0]))
    counts = Preview(as_of, policy.version, count_living(session, mine), tallies)
    return Summary(counts, dict(most))


def _count_due(cutoffs: Cutoffs, mine: ColumnElement[bool]) -> CTE:
    """Due accounts by organisation, kind, reason, what holds them back and age: one pass."""
    due = (
        select(
            Account.organisation,
            Account.kind,
            reason_of(cutoffs).label("reason"),
            blocker_of(cutoffs).label("blocker"),
            band_of(cutoffs).label("band"),
        )
        .where(is_due_at_all(cutoffs), mine)
        .cte("due")
        # Without it SQLite walks an index in the order of the groups, a seek for every account.
        .prefix_with("MATERIALIZED", dialect="sqlite")
    )
    columns = (due.c.organisation, due.c.kind, due.c.reason, due.c.blocker, due.c.band)
    counted = select(*columns, func.count().label("accounts")).group_by(*columns)
    return counted.cte("counted").prefix_with("MATERIALIZED")


def band_of(cutoffs: Cutoffs) -> ColumnElement[str]:
    """How long ago the clock of an account began, as one of the bands."""
    return say_band(cutoffs.as_of)
