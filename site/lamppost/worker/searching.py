"""The worker's share in search: take in what a room's readers may find, whenever it changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lamppost.bulletins import findable as bulletins
from lamppost.clock import Clock
from lamppost.database import read_only, unit_of_work
from lamppost.search.actions import take_in
from lamppost.search.documents import Document
from lamppost.search.reads import get_fingerprint
from lamppost.status import findable as status
from lamppost.worker.schedule import Job

SEARCH_S = 5


@dataclass(frozen=True, slots=True)
class Source:
    """One room's documents: how they stand, and what they are, at a moment."""

    collection: str
    fingerprint: Callable[[Session, datetime], str]
    documents: Callable[[Session, datetime], list[Document]]


SOURCES = (
    Source(
        bulletins.COLLECTION,
        lambda session, _now: bulletins.get_fingerprint(session),
        lambda session, _now: bulletins.list_documents(session),
    ),
    Source(
        status.COLLECTION,
        lambda session, _now: status.get_fingerprint(session),
        lambda session, _now: status.list_documents(session),
    ),
)


def list_search_jobs(engine: Engine, clock: Clock) -> list[Job]:
    """Look every few seconds whether something to be found has changed."""

    def work() -> None:
        take_in_all(engine, clock)

    return [Job("take in for search", SEARCH_S, work, is_recorded=False)]


def take_in_all(engine: Engine, clock: Clock) -> int:
    """Take in every source that changed since the last time; gives how many documents moved."""
    return sum(_take_in(engine, source, clock.now()) for source in SOURCES)


def _take_in(engine: Engine, source: Source, now: datetime) -> int:
    with read_only(engine) as session:
        stands = source.fingerprint(session, now)
        if stands == get_fingerprint(session, source.collection):
            return 0
        documents = source.documents(session, now)
    with unit_of_work(engine) as session:
        return take_in(
            session,
            collection=source.collection,
            fingerprint=stands,
            documents=documents,
            now=now,
        )
