"""Questions about subscribers; addresses are given to whoever writes to them and nobody else."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lamppost.people.rules import digest_token
from lamppost.subscribers.rules import Choice
from lamppost.subscribers.tables import Announced, Subscriber, Subscription


def is_open(session: Session, *, token: str, now: datetime) -> bool:
    """Whether the link of a letter can still be confirmed."""
    query = select(Subscriber.subscriber_id).where(
        Subscriber.link_digest == digest_token(token), Subscriber.link_until > now
    )
    return session.scalar(query) is not None


def is_subscribed(session: Session, *, subscriber_id: str) -> bool:
    """Whether there is somebody to let go."""
    return session.get(Subscriber, subscriber_id) is not None


def get_announced_until(session: Session, *, source: str) -> datetime | None:
    """Up to which moment a source has been announced; None before the first time."""
    found = session.get(Announced, source)
    return None if found is None else found.until_at


def count_subscribers(session: Session) -> dict[str, int]:
    """By kind of subscription, how many confirmed subscribers have one."""
    rows = session.execute(
        select(Subscription.kind, func.count(Subscription.subscriber_id.distinct()))
        .group_by(Subscription.kind)
        .order_by(Subscription.kind)
    )
    return {kind: count for kind, count in rows}


def list_told(session: Session, *, choices: Collection[Choice]) -> list[tuple[str, str]]:
    """Who is told of something with any of these choices: id and address, each once."""
    rows = session.execute(
        _select_told(choices, Subscriber.subscriber_id, Subscriber.address)
        .distinct()
        .order_by(Subscriber.subscriber_id)
    )
    return [(subscriber_id, address) for subscriber_id, address in rows]


def count_told(session: Session, *, choices: Collection[Choice]) -> int:
    """How many are told of something with any of these choices."""
    query = _select_told(choices, func.count(Subscriber.subscriber_id.distinct()))
    return session.scalar(query) or 0


def _select_told(
    choices: Collection[Choice], *columns: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> Select[*tuple[Any, ...]]:
    wanted = [
        and_(Subscription.kind == choice.kind, Subscription.value == choice.value)
        for choice in sorted(choices)
    ]
    return (
        select(*columns)
        .select_from(Subscriber)
        .join(Subscription, Subscription.subscriber_id == Subscriber.subscriber_id)
        .where(or_(false(), *wanted), Subscriber.confirmed_at.is_not(None))
    )
