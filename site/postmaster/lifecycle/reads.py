"""What a policy would do to the estate at a moment, in a few grouped statements."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.accounts.rules import Status
from postmaster.accounts.tables import Account
from postmaster.lifecycle.criteria import blocker_of, is_due_at_all, reason_of
from postmaster.lifecycle.cutoffs import Cutoffs, make_cutoffs
from postmaster.policy.rules import Policy

# Bands of how long ago the clock that made it due began, the longest first.
BANDS = ((730, "over 2 years"), (365, "1 to 2 years"), (90, "90 days to 1 year"))
YOUNGEST = "under 90 days"
UNKNOWN = "not known"


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


def preview(session: Session, *, reader: Actor, policy: Policy, as_of: datetime) -> Preview:
    """What a policy would do at a moment to the accounts the reader may see. Writes nothing."""
    cutoffs = make_cutoffs(policy, as_of=as_of)
    mine = in_scope(reader, Action.ACCOUNTS_READ, Account.organisation)
    due = (
        select(
            Account.organisation,
            Account.kind,
            reason_of(cutoffs).label("reason"),
            blocker_of(cutoffs).label("blocker"),
            band_of(cutoffs).label("band"),
        )
        .where(is_due_at_all(cutoffs), mine)
        .subquery()
    )
    columns = (due.c.organisation, due.c.kind, due.c.reason, due.c.blocker, due.c.band)
    rows = session.execute(select(*columns, func.count()).group_by(*columns)).all()
    estate = session.scalars(
        select(func.count()).select_from(Account).where(Account.status != Status.PURGED, mine)
    ).one()
    tallies = [Tally(*row) for row in rows]
    tallies.sort(key=lambda one: (one.organisation, one.kind, one.reason, one.blocker or ""))
    return Preview(as_of, policy.version, estate, tallies)


def band_of(cutoffs: Cutoffs) -> ColumnElement[str]:
    """How long ago the clock of an account began, as one of the bands."""
    since = case((Account.status == Status.ACTIVE, Account.idle_since), else_=Account.status_since)
    bands = [
        (since < cutoffs.as_of - timedelta(days=days), literal(words)) for days, words in BANDS
    ]
    return case((since.is_(None), literal(UNKNOWN)), *bands, else_=literal(YOUNGEST))
