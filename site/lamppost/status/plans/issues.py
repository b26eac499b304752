"""Known issues: opened, reviewed again and again, closed, each with what to do meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.numbers import get_number
from lamppost.status.plans.history import keep
from lamppost.status.plans.rows import lock_plan
from lamppost.status.plans.tables import KnownIssueRecord
from lamppost.status.plans.texts import IssueText, PlanError, check_ref, check_version, check_words
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.policy.numbers import Key

KIND = "known-issue"


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """Something that does not work and is no incident; open while `closed_on` is None."""

    ref: str
    title: str
    product: str
    summary: str
    workaround: str
    affected: str
    opened_on: date
    reviewed_on: date
    closed_on: date | None
    fixed_in: str | None
    announced_at: datetime
    updated_at: datetime
    version: int
    review_by: date  # somebody looks at it again by then

    def wants_review(self, today: date) -> bool:
        """Whether nobody has looked at it for too long."""
        return self.closed_on is None and self.review_by < today


@acts(Action.STATUS_WRITE)
def open_issue(session: Session, *, ref: str, text: IssueText, by: Actor, now: datetime) -> None:
    """Tell of one.

    Raises:
        PlanError: the reference is taken, or something given cannot be.
    """
    ref, today = check_ref(ref), london_date(now)
    if session.get(KnownIssueRecord, ref) is not None:
        raise PlanError(f"The reference {ref} is taken.", "ref")
    _check(text)
    opened_on = text.opened_on or today
    if opened_on > today:
        raise PlanError("It cannot be open from a later day than today.", "opened_on")
    session.add(
        KnownIssueRecord(
            ref=ref, title=text.title, product=text.product, summary=text.summary,
            workaround=text.workaround, affected=text.affected, opened_on=opened_on,
            reviewed_on=today, closed_on=None, fixed_in=None, announced_at=now, updated_at=now,
            version=1,
        )
    )  # fmt: skip
    session.flush()
    keep(session, kind=KIND, ref=ref, words="Opened.", by=by.reference, now=now)


@acts(Action.STATUS_WRITE)
def alter_issue(
    session: Session, *, ref: str, seen_version: int, text: IssueText, by: Actor, now: datetime
) -> None:
    """Change what is said of it; whoever changes it has looked at it.

    Raises:
        PlanChangedError: somebody has written since.
        PlanError: it is closed, or something given cannot be.
    """
    row = lock_plan(session, KnownIssueRecord, ref)
    check_version(row.version, seen_version)
    if row.closed_on is not None:
        raise PlanError(f"{row.title} is closed. Open it again first.")
    _check(text)
    row.title, row.product, row.summary = text.title, text.product, text.summary
    row.workaround, row.affected = text.workaround, text.affected
    _touch(session, row, "Changed and reviewed.", by=by, now=now)


@acts(Action.STATUS_WRITE)
def review_issue(session: Session, *, ref: str, by: Actor, now: datetime) -> None:
    """Say that one has looked at it and it still holds.

    Raises:
        PlanError: it is closed.
    """
    row = lock_plan(session, KnownIssueRecord, ref)
    if row.closed_on is not None:
        raise PlanError(f"{row.title} is closed.")
    _touch(session, row, "Reviewed: it still holds.", by=by, now=now)


@acts(Action.STATUS_WRITE)
def close_issue(
    session: Session, *, ref: str, fixed_in: str = "", by: Actor, now: datetime
) -> None:
    """Close it, with the release that mended it if one did.

    Raises:
        PlanError: it is closed.
    """
    row = lock_plan(session, KnownIssueRecord, ref)
    if row.closed_on is not None:
        raise PlanError(f"{row.title} is closed.")
    row.closed_on, row.fixed_in = london_date(now), fixed_in.strip() or None
    words = f"Closed: mended in {row.fixed_in}." if row.fixed_in else "Closed."
    _touch(session, row, words, by=by, now=now)


@acts(Action.STATUS_WRITE)
def reopen_issue(session: Session, *, ref: str, by: Actor, now: datetime) -> None:
    """Open it again: it was not mended.

    Raises:
        PlanError: it is open.
    """
    row = lock_plan(session, KnownIssueRecord, ref)
    if row.closed_on is None:
        raise PlanError(f"{row.title} is open.")
    row.closed_on = row.fixed_in = None
    _touch(session, row, "Opened again.", by=by, now=now)


def list_known_issues(
    session: Session, *, now: datetime, is_open: bool = True
) -> Sequence[KnownIssue]:
    """Open ones by product and age, or closed ones, the last closed first."""
    days = timedelta(days=get_number(session, Key.KNOWN_ISSUE_REVIEW_DAYS, now=now))
    record = KnownIssueRecord
    where = record.closed_on.is_(None) if is_open else record.closed_on.is_not(None)
    order = (record.product, record.opened_on) if is_open else (record.closed_on.desc(),)
    rows = session.scalars(select(record).where(where).order_by(*order, record.ref))
    return tuple(_issue(row, days) for row in rows)


def get_known_issue(session: Session, ref: str, *, now: datetime) -> KnownIssue | None:
    """One, or None."""
    row = session.get(KnownIssueRecord, ref)
    days = timedelta(days=get_number(session, Key.KNOWN_ISSUE_REVIEW_DAYS, now=now))
    return None if row is None else _issue(row, days)


def _issue(row: KnownIssueRecord, days: timedelta) -> KnownIssue:
    return KnownIssue(
        row.ref, row.title, row.product, row.summary, row.workaround, row.affected, row.opened_on,
        row.reviewed_on, row.closed_on, row.fixed_in, row.announced_at, row.updated_at,
        row.version, row.reviewed_on + days,
    )  # fmt: skip


def _check(text: IssueText) -> None:
    check_words(
        title=text.title, product=text.product, summary=text.summary,
        workaround=text.workaround, affected=text.affected,
    )  # fmt: skip
    if not text.summary.strip():
        raise PlanError("Enter what does not work.", "summary")


def _touch(
    session: Session, row: KnownIssueRecord, words: str, *, by: Actor, now: datetime
) -> None:
    row.version += 1
    row.updated_at, row.reviewed_on = now, london_date(now)
    session.flush()
    keep(session, kind=KIND, ref=row.ref, words=words, by=by.reference, now=now)
