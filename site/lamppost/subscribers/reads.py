"""Questions about subscribers; addresses are given to whoever writes to them and nobody else."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.people.rules import digest_token
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
