"""The worker's share in telling subscribers: each thing once, from the moment it is first run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.bulletins import announcing as bulletins
from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.keys import stop_key
from lamppost.settings import Settings
from lamppost.status import announcing as status
from lamppost.subscribers.actions import Announcement, announce, move_on
from lamppost.subscribers.reads import get_announced_until
from lamppost.subscribers.rules import make_stop_token
from lamppost.worker.schedule import Job

ANNOUNCING_S = 15


@dataclass(frozen=True, slots=True)
class Teller:
    """One room's announcements after a moment, oldest first, each with its own moment."""

    source: str
    announcements: Callable[[Session, datetime, str], list[tuple[datetime, Announcement]]]


TELLERS = (
    Teller(
        bulletins.SOURCE,
        lambda session, after, base_url: bulletins.list_announcements(
            session, after=after, base_url=base_url
        ),
    ),
    Teller(
        status.SOURCE,
        lambda session, after, base_url: status.list_announcements(
            session, after=after, base_url=base_url
        ),
    ),
)


def list_announcing_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Look every few seconds for something to tell; looking alone writes nothing."""

    def work() -> None:
        tell_all(engine, settings, clock)

    return [Job("tell subscribers", ANNOUNCING_S, work, is_recorded=False)]


def tell_all(engine: Engine, settings: Settings, clock: Clock) -> int:
    """Owe what is new to whoever asked for it; gives how many messages that makes."""
    return sum(_tell(engine, teller, settings, clock.now()) for teller in TELLERS)


def _tell(engine: Engine, teller: Teller, settings: Settings, now: datetime) -> int:
    key = stop_key(settings)

    def stop_at(subscriber_id: str) -> str:
        return f"{settings.base_url}/unsubscribe/{make_stop_token(key, subscriber_id)}"

    with read_only(engine) as session:
        after = get_announced_until(session, source=teller.source)
        waiting = [] if after is None else teller.announcements(session, after, settings.base_url)
    if after is None:
        with unit_of_work(engine) as session:
            move_on(session, source=teller.source, until_at=now)
        return 0
    told = 0
    for at, announcement in waiting:
        with unit_of_work(engine) as session:
            told += announce(session, announcement=announcement, stop_at=stop_at, now=now)
            move_on(session, source=teller.source, until_at=at)
    return told
