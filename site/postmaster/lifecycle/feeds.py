"""Private feed addresses: made and ended by the person they are of, read without a sign-in."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, ActorKind, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import record
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.feed_tables import LifecycleFeed
from postmaster.lifecycle.noticing import digest_token

# Beyond this somebody forgets which reader has which.
MOST_FEEDS = 10


@acts(Action.ACCOUNTS_READ)
def make_feed(session: Session, *, organisation: str | None, by: Actor, now: datetime) -> str:
    """Make an address for the actor's own feed reader; gives the secret in it, told only now.

    Raises:
        BatchError: nobody is signed in, or they have enough of them.
        postmaster.access.acting.RefusedError: the organisation is none of theirs.
    """
    if by.kind is not ActorKind.PERSON:
        raise BatchError("A feed is of a person, signed in to the panels.")
    if organisation is not None:
        above = get_above(session, organisation=organisation)
        ensure(by, Action.ACCOUNTS_READ, Target("feed", "new", organisation, above))
    if len(list_feeds(session, person_id=by.key)) >= MOST_FEEDS:
        raise BatchError(f"You have {MOST_FEEDS} feeds. End one that nobody reads.")
    token = secrets.token_urlsafe(32)
    feed = LifecycleFeed(
        person_id=by.key, token_digest=digest_token(token), organisation=organisation, made_at=now
    )
    session.add(feed)
    _record(session, feed, "feeds.make", (None, organisation or "all"), by=by, now=now)
    return token


@acts(Action.ACCOUNTS_READ)
def end_feed(session: Session, *, feed_id: int, by: Actor, now: datetime) -> None:
    """End one of the actor's own addresses: it is not found from now on.

    Raises:
        BatchError: it is ended, or somebody else's.
    """
    feed = session.get(LifecycleFeed, feed_id, with_for_update=True)
    if feed is None or feed.person_id != by.key or feed.ended_at is not None:
        raise BatchError("There is no such feed of yours.")
    feed.ended_at = now
    _record(session, feed, "feeds.end", (feed.organisation or "all", None), by=by, now=now)


def list_feeds(session: Session, *, person_id: str) -> Sequence[LifecycleFeed]:
    """The addresses somebody has in force, the newest first."""
    return session.scalars(
        select(LifecycleFeed)
        .where(LifecycleFeed.person_id == person_id, LifecycleFeed.ended_at.is_(None))
        .order_by(LifecycleFeed.feed_id.desc())
    ).all()


def find_feed(session: Session, *, token: str) -> LifecycleFeed | None:
    """The feed of a secret, while it is in force."""
    return session.scalar(
        select(LifecycleFeed).where(
            LifecycleFeed.token_digest == digest_token(token), LifecycleFeed.ended_at.is_(None)
        )
    )


def _record(
    session: Session,
    feed: LifecycleFeed,
    action: str,
    pair: tuple[str | None, str | None],
    *,
    by: Actor,
    now: datetime,
) -> None:
    session.flush()
    record(
        session,
        action=action,
        kind="feed",
        key=str(feed.feed_id),
        organisation=feed.organisation,
        changes={"organisation": pair},
        by=by.reference,
        now=now,
    )
