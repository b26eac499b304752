"""The register as its readers see it: every figure is of their own organisations."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select, true, tuple_
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.days import london_day
from postmaster.spoofing.steps import Sort
from postmaster.spoofing.tables import SpoofDay, SpoofPair, SpoofRecipient, SpoofSighting
from postmaster.spoofing.values import Network, SpoofKind

KEY = (SpoofPair.last_seen_at, SpoofPair.pair_id)
WEEKS = 8
MOST_SIGHTINGS = 20


@dataclass(frozen=True, slots=True)
class PairRow:
    """One sender of the register; `weeks` are its messages by week, the newest last."""

    pair_id: int
    claimed: str
    infrastructure: str
    kind: SpoofKind
    network: Network
    sort: Sort
    evidence: str
    sorted_by: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    messages: int
    weeks: tuple[int, ...]
    organisations: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of the log of enforcement, without anything personal."""

    received_at: datetime
    queue_id: str
    action: str
    stage: str
    is_taken: bool
    outcome: str | None
    is_contradicted: bool
    reasons: tuple[tuple[str, str], ...]
    recipients: int


@dataclass(frozen=True, slots=True)
class ReceivingOrganisation:
    """How much one organisation received in the weeks shown."""

    ods_code: str
    messages: int
    senders: int


def scope_of(reader: Actor) -> ColumnElement[bool]:
    """The day rows a reader may see."""
    return in_scope(reader, Action.SPOOFING_READ, SpoofDay.organisation)


def select_pairs(
    *,
    reader: Actor,
    kind: SpoofKind | None = None,
    sort: Sort | None = None,
    organisation: str | None = None,
) -> Select[*tuple[Any, ...]]:
    """The senders that reached a reader's organisations; selects the key of the list first."""
    reached = and_(SpoofDay.pair_id == SpoofPair.pair_id, scope_of(reader))
    if organisation:
        reached = and_(reached, SpoofDay.organisation == organisation)
    statement = select(*KEY).where(exists().where(reached))
    if kind is not None:
        statement = statement.where(SpoofPair.kind == kind)
    if sort is not None:
        statement = statement.where(SpoofPair.sort == sort)
    return statement


def list_pairs(
    session: Session,
    *,
    reader: Actor,
    pair_ids: Collection[int],
    now: datetime,
    organisation: str | None = None,
) -> Sequence[PairRow]:
    """These senders, newest first, with figures of the reader's organisations: two queries."""
    rows = session.scalars(
        select(SpoofPair)
        .where(SpoofPair.pair_id.in_(list(pair_ids)))
        .order_by(SpoofPair.last_seen_at.desc(), SpoofPair.pair_id.desc())
    ).all()
    figures = _list_figures(session, reader, pair_ids, organisation)
    today = london_day(now)
    return [_to_row(row, figures.get(row.pair_id, ()), today) for row in rows]


def get_pair(session: Session, *, reader: Actor, pair_id: int, now: datetime) -> PairRow | None:
    """One sender; None when it never reached an organisation of the reader's."""
    found = session.execute(
        select_pairs(reader=reader).where(SpoofPair.pair_id == pair_id)
    ).one_or_none()
    if found is None:
        return None
    (row,) = list_pairs(session, reader=reader, pair_ids=[pair_id], now=now)
    return row


def list_reached(
    session: Session, *, reader: Actor, pair_id: int, limit: int = 50
) -> Sequence[ReceivingOrganisation]:
    """The reader's organisations one sender reached, those with most first."""
    total = func.sum(SpoofDay.messages)
    rows = session.execute(
        select(SpoofDay.organisation, total)
        .where(SpoofDay.pair_id == pair_id, SpoofDay.organisation != "", scope_of(reader))
        .group_by(SpoofDay.organisation)
        .order_by(total.desc(), SpoofDay.organisation)
        .limit(limit)
    )
    return [ReceivingOrganisation(code, int(messages), 1) for code, messages in rows]


def list_receiving(
    session: Session, *, reader: Actor, now: datetime, limit: int = 50
) -> Sequence[ReceivingOrganisation]:
    """The reader's organisations that received in the last four weeks, those with most first."""
    total = func.sum(SpoofDay.messages)
    rows = session.execute(
        select(SpoofDay.organisation, total, func.count(SpoofDay.pair_id.distinct()))
        .where(SpoofDay.on_day > london_day(now) - timedelta(weeks=4))
        .where(SpoofDay.organisation != "", scope_of(reader))
        .group_by(SpoofDay.organisation)
        .order_by(total.desc(), SpoofDay.organisation)
        .limit(limit)
    )
    return [ReceivingOrganisation(code, int(messages), senders) for code, messages, senders in rows]


def list_seen(session: Session, *, reader: Actor, pair_id: int) -> Sequence[Seen]:
    """The newest messages of a sender for the reader's organisations, as they were enforced."""
    own = in_scope(reader, Action.SPOOFING_READ, SpoofRecipient.organisation)
    count = (
        select(func.count())
        .where(SpoofRecipient.sighting_id == SpoofSighting.sighting_id, own)
        .scalar_subquery()
    )
    statement = (
        select(SpoofSighting, count)
        .where(SpoofSighting.pair_id == pair_id)
        .order_by(SpoofSighting.received_at.desc())
        .limit(MOST_SIGHTINGS)
    )
    if not own.compare(true()):
        statement = statement.where(count > 0)
    return [
        Seen(
            row.received_at, row.queue_id, row.action, row.stage, row.is_taken, row.outcome,
            row.is_contradicted, tuple((code, text) for code, text in json.loads(row.reasons)),
            people,
        )
        for row, people in session.execute(statement)
    ]  # fmt: skip


def walk_pairs(
    session: Session, *, reader: Actor, now: datetime, chunk: int = 500
) -> Iterator[PairRow]:
    """Every sender of a reader's, newest first, a few hundred at a time: what an export writes."""
    last: tuple[datetime, int] | None = None
    while True:
        statement = select_pairs(reader=reader).order_by(*(one.desc() for one in KEY))
        if last is not None:
            statement = statement.where(tuple_(*KEY) < last)
        keys = [(at, pair_id) for at, pair_id in session.execute(statement.limit(chunk))]
        yield from list_pairs(
            session, reader=reader, pair_ids=[pair_id for _, pair_id in keys], now=now
        )
        if len(keys) < chunk:
            return
        last = keys[-1]


def _list_figures(
    session: Session, reader: Actor, pair_ids: Collection[int], organisation: str | None
) -> Mapping[int, Sequence[Row[*tuple[Any, ...]]]]:
    scope = scope_of(reader)
    messages = func.sum(SpoofDay.counted if scope.compare(true()) else SpoofDay.messages)
    if organisation:
        scope, messages = (
            and_(scope, SpoofDay.organisation == organisation), func.sum(SpoofDay.messages),
        )  # fmt: skip
    found: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(
        select(SpoofDay.pair_id, SpoofDay.on_day, SpoofDay.organisation, messages)
        .where(SpoofDay.pair_id.in_(list(pair_ids)), scope)
        .group_by(SpoofDay.pair_id, SpoofDay.on_day, SpoofDay.organisation)
    ):
        found.setdefault(row[0], []).append(row)
    return found


def _to_row(row: SpoofPair, figures: Sequence[Row[*tuple[Any, ...]]], today: date) -> PairRow:
    weeks = [0] * WEEKS
    for _, on_day, _, messages in figures:
        back = (today - on_day).days // 7
        if 0 <= back < WEEKS:
            weeks[WEEKS - 1 - back] += int(messages)
    return PairRow(
        pair_id=row.pair_id,
        claimed=row.claimed,
        infrastructure=row.infrastructure,
        kind=SpoofKind(row.kind),
        network=Network(row.network),
        sort=Sort(row.sort),
        evidence=row.evidence,
        sorted_by=row.sorted_by,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        messages=sum(int(messages) for *_, messages in figures),
        weeks=tuple(weeks),
        organisations=len({organisation for _, _, organisation, _ in figures} - {""}),
    )
