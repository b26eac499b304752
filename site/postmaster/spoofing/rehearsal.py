"""What a stage would have met, counted from the register: the last days as if it had held.

Rows are read in the order of two indexes, one range after another; nothing is sorted, so a
rehearsal costs a few scans of the register, however large that is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select, true
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.days import london_day
from postmaster.organisations.tables import Organisation
from postmaster.spoofing.steps import Sort
from postmaster.spoofing.tables import SpoofDay, SpoofPair
from postmaster.spoofing.values import Network, SpoofKind, Stage

# The kinds that follow a stage without a row of their own; these others stop at the tag.
FOLLOWING = (SpoofKind.EXACT_DOMAIN, SpoofKind.SUBDOMAIN, SpoofKind.MALFORMED)
CAPPED = (SpoofKind.LOOKALIKE, SpoofKind.DISPLAY_NAME)
LONGEST_DAYS = 366
MOST_NAMED = 20
# Senders somebody depends on: whoever switches a stage should have spoken to them.
KNOWN = (Sort.SUPPLIER, Sort.SERVER)


@dataclass(frozen=True, slots=True)
class KindCount:
    """What would have been hit of one kind; `known` are own suppliers and own servers."""

    kind: SpoofKind
    messages: int
    senders: int
    organisations: int
    known_messages: int
    known_senders: int


@dataclass(frozen=True, slots=True)
class KnownSender:
    """A sender somebody depends on, and how much of its mail would have been hit."""

    pair_id: int
    claimed: str
    infrastructure: str
    sort: Sort
    messages: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The answer: which days, by kind, and who of those hit looks known."""

    network: Network
    from_on: date
    to_on: date
    counts: tuple[KindCount, ...]
    known: tuple[KnownSender, ...]

    @property
    def messages(self) -> int:
        """All messages that would have been hit."""
        return sum(one.messages for one in self.counts)

    @property
    def known_permille(self) -> int:
        """How many of a thousand messages come from somebody known."""
        known = sum(one.known_messages for one in self.counts)
        return round(known * 1000 / self.messages) if self.messages else 0

    def as_json(self) -> dict[str, object]:
        """As a document, the same each time: what an approval is bound to."""
        return {
            "network": self.network.value,
            "from": self.from_on.isoformat(),
            "to": self.to_on.isoformat(),
            "messages": self.messages,
            "known_permille": self.known_permille,
            "by_kind": [
                {
                    "kind": one.kind.value,
                    "messages": one.messages,
                    "senders": one.senders,
                    "organisations": one.organisations,
                    "known_messages": one.known_messages,
                    "known_senders": one.known_senders,
                }
                for one in self.counts
            ],
            "known": [
                {
                    "claimed": one.claimed,
                    "infrastructure": one.infrastructure,
                    "sort": one.sort.value,
                    "messages": one.messages,
                }
                for one in self.known
            ],
        }


def rehearse(
    session: Session,
    *,
    reader: Actor,
    network: Network,
    stage: Stage,
    kind: SpoofKind | None = None,
    days: int,
    now: datetime,
) -> Rehearsal:
    """Count what a stage row would have hit in the last whole days and today.

    Args:
        session: where to read.
        reader: somebody with a scope sees what reaches their own organisations.
        network: the row's network.
        stage: how far it goes; a tag meets more kinds than junk or delete.
        kind: the row's own kind; None for the kinds that follow the stage.
        days: how many days back.
        now: when it is asked.
    """
    until = london_day(now)
    since = until - timedelta(days=max(1, min(days, LONGEST_DAYS)) - 1)
    kinds = list_kinds(stage, kind)
    scope = in_scope(reader, Action.SPOOFING_READ, SpoofDay.organisation)
    within = and_(
        SpoofDay.network == network, SpoofDay.kind.in_(kinds), SpoofDay.on_day >= since, scope
    )
    known, counts = _count_senders(session, within, is_whole=scope.compare(true()))
    organisations = {
        one: _count_organisations(session, network, one, since, scope) for one in kinds
    }
    found = tuple(
        KindCount(one, *counts[one][:2], organisations[one], *counts[one][2:])
        for one in kinds
        if one in counts
    )
    return Rehearsal(network, since, until, found, tuple(known))


def list_kinds(stage: Stage, kind: SpoofKind | None) -> tuple[SpoofKind, ...]:
    """The kinds a stage row meets: its own, or those that follow the stage."""
    if kind is not None:
        return (kind,)
    return (*FOLLOWING, *CAPPED) if stage is Stage.TAG else FOLLOWING


def _count_senders(
    session: Session, within: ColumnElement[bool], *, is_whole: bool
) -> tuple[Sequence[KnownSender], dict[SpoofKind, tuple[int, int, int, int]]]:
    """One pass over the rows of the index, then what came of it by sender, which is little."""
    # Of the whole service each message counts once; of one's own organisations, where it arrived.
    messages = func.sum(SpoofDay.counted if is_whole else SpoofDay.messages)
    pairs = (
        select(SpoofDay.pair_id, SpoofDay.kind, messages.label("messages"))
        .where(within)
        .group_by(SpoofDay.pair_id, SpoofDay.kind)
        .cte("pairs")
    )
    rows = session.execute(
        select(pairs.c.pair_id, pairs.c.kind, pairs.c.messages, SpoofPair.sort.in_(KNOWN)).join(
            SpoofPair, SpoofPair.pair_id == pairs.c.pair_id
        )
    )
    counts: dict[str, tuple[int, int, int, int]] = {}
    known: Counter[int] = Counter()
    for pair_id, kind, total, is_known in rows:
        held = counts.get(kind, (0, 0, 0, 0))
        own = (int(total), 1) if is_known else (0, 0)
        counts[kind] = (held[0] + int(total), held[1] + 1, held[2] + own[0], held[3] + own[1])
        if is_known:
            known[pair_id] += int(total)
    named = _name_known(session, known)
    return named, {SpoofKind(kind): figures for kind, figures in counts.items()}


def _name_known(session: Session, known: Counter[int]) -> Sequence[KnownSender]:
    """Those somebody depends on, the ones with most messages first."""
    most = dict(sorted(known.items(), key=lambda one: (-one[1], one[0]))[:MOST_NAMED])
    pairs = {
        row.pair_id: row
        for row in session.scalars(select(SpoofPair).where(SpoofPair.pair_id.in_(most)))
    }
    return [
        KnownSender(
            number, pairs[number].claimed, pairs[number].infrastructure, Sort(pairs[number].sort),
            messages,
        )
        for number, messages in most.items()
    ]  # fmt: skip


def _count_organisations(
    session: Session,
    network: Network,
    kind: SpoofKind,
    since: date,
    scope: ColumnElement[bool],
) -> int:
    hit = and_(
        SpoofDay.organisation == Organisation.ods_code,
        SpoofDay.network == network,
        SpoofDay.kind == kind,
        SpoofDay.on_day >= since,
        scope,
    )
    return session.scalars(
        select(func.count()).select_from(Organisation).where(exists().where(hit))
    ).one()
