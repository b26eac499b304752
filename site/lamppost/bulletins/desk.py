"""Questions about the files as communications staff see them, drafts and broken ones included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, extract, func, or_, select
from sqlalchemy.orm import Session

from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.rules import AUDIENCE_NAMES, SHOWN, say_title
from lamppost.bulletins.tables import Bulletin, BulletinFile, BulletinProblem

FILE_KEY = (BulletinFile.listed_on, BulletinFile.source)


class Pile(StrEnum):
    """What the list may be narrowed to: a status, or what asks for somebody."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"
    PROBLEMS = "problems"


PILE_WORDS: Mapping[Pile, str] = {
    Pile.DRAFT: "Drafts",
    Pile.SCHEDULED: "Scheduled",
    Pile.PUBLISHED: "Published",
    Pile.WITHDRAWN: "Withdrawn",
    Pile.WAITING: "Waiting for review",
    Pile.PROBLEMS: "With problems",
}


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A file of the folder.

    `status` is what the file says, None when it cannot be read; title, audience and slug are those
    of its last good version, None before there was one.
    """

    source: str
    listed_on: date
    status: Status | None
    sha256: str
    waits: bool
    slug: str | None
    title: str | None
    audience: Audience | None
    publish_at: datetime | None
    is_up: bool

    @property
    def name(self) -> str:
        """What lists call it."""
        return self.title or self.source

    @property
    def audience_name(self) -> str:
        """Whom it is for, in words."""
        return AUDIENCE_NAMES[self.audience] if self.audience else "Not known"

    @property
    def status_words(self) -> str:
        """Where it stands, in words."""
        if self.status is None:
            return "Cannot be read"
        if not self.waits:
            return self.status.capitalize()
        up = "an earlier version is up" if self.is_up else "not shown"
        return f"Waiting for review ({up})"


def select_files(
    *, pile: Pile | None = None, year: int | None = None, words: str = ""
) -> Select[*tuple[Any, ...]]:
    """The files of a part of the folder, to be paged by `FILE_KEY`; `words` are of the title."""
    query = select(
        *FILE_KEY,
        BulletinFile.status,
        BulletinFile.sha256,
        BulletinFile.waits,
        Bulletin.slug,
        Bulletin.title,
        Bulletin.audience,
        Bulletin.dated_on,
        Bulletin.status.label("up_status"),
        Bulletin.publish_at,
    ).outerjoin(Bulletin, Bulletin.source == BulletinFile.source)
    if year is not None:
        query = query.where(
            BulletinFile.listed_on >= date(year, 1, 1), BulletinFile.listed_on <= date(year, 12, 31)
        )
    if pile is not None:
        query = query.where(_is_of(pile))
    if words:
        folded = words.lower()
        query = query.where(
            or_(
                func.lower(Bulletin.title).contains(folded, autoescape=True),
                func.lower(BulletinFile.source).contains(folded, autoescape=True),
            )
        )
    return query


def _is_of(pile: Pile) -> ColumnElement[bool]:
    if pile is Pile.WAITING:
        return BulletinFile.waits.is_(True)
    if pile is Pile.PROBLEMS:
        return exists().where(BulletinProblem.source == BulletinFile.source)
    return and_(BulletinFile.status == pile.value, BulletinFile.waits.is_(False))


def read_file_row(row: Row[*tuple[Any, ...]]) -> DeskFile:
    """A row of `select_files` as a value."""
    audience = Audience(row.audience) if row.audience else None
    title = say_title(row.title, audience, row.dated_on) if audience else None
    return DeskFile(
        source=row.source,
        listed_on=row.listed_on,
        status=Status(row.status) if row.status else None,
        sha256=row.sha256,
        waits=row.waits,
        slug=row.slug,
        title=title,
        audience=audience,
        publish_at=row.publish_at,
        is_up=row.up_status in SHOWN,
    )


def get_file(session: Session, source: str) -> DeskFile | None:
    """One file, or None."""
    row = session.execute(select_files().where(BulletinFile.source == source)).one_or_none()
    return None if row is None else read_file_row(row)


def list_waiting(session: Session) -> Sequence[DeskFile]:
    """Every file that waits for review, newest first."""
    order = (BulletinFile.listed_on.desc(), BulletinFile.source.desc())
    rows = session.execute(select_files(pile=Pile.WAITING).order_by(*order))
    return tuple(map(read_file_row, rows))


def list_scheduled(session: Session, *, until: datetime) -> Sequence[DeskFile]:
    """Every file to be published by a moment, the next first."""
    query = select_files(pile=Pile.SCHEDULED).where(Bulletin.publish_at <= until)
    rows = session.execute(query.order_by(Bulletin.publish_at, BulletinFile.source))
    return tuple(map(read_file_row, rows))


def list_problems_of(session: Session, sources: Sequence[str]) -> Mapping[str, tuple[Problem, ...]]:
    """The mistakes in these files as they stand, by file, each by its line."""
    order = (BulletinProblem.source, BulletinProblem.line, BulletinProblem.problem_id)
    rows = session.scalars(
        select(BulletinProblem).where(BulletinProblem.source.in_(sources)).order_by(*order)
    )
    found: dict[str, tuple[Problem, ...]] = {}
    for row in rows:
        problem = Problem(row.source, row.line, row.message, row.blocks)
        found[row.source] = (*found.get(row.source, ()), problem)
    return found


def count_piles(session: Session) -> Mapping[Pile, int]:
    """How many files are in each pile."""
    found = dict.fromkeys(Pile, 0)
    counted = (
        select(BulletinFile.status, func.count())
        .where(BulletinFile.waits.is_(False), BulletinFile.status.is_not(None))
        .group_by(BulletinFile.status)
        .order_by(BulletinFile.status)
    )
    found |= {Pile(str(status)): count for status, count in session.execute(counted)}
    for pile in (Pile.WAITING, Pile.PROBLEMS):
        query = select(func.count()).select_from(BulletinFile).where(_is_of(pile))
        found[pile] = session.scalar(query) or 0
    return found


def list_file_years(session: Session) -> tuple[int, ...]:
    """The years there are files of, newest first."""
    year = extract("year", BulletinFile.listed_on)
    query = select(year).where(BulletinFile.listed_on > date.min).distinct()
    return tuple(int(one) for one in session.scalars(query.order_by(year.desc())))
