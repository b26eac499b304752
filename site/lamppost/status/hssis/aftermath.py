"""What is done to an HSSI beside its updates: reopened, reviewed, noted upon, taken down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.hssis.drafting import check_text
from lamppost.status.hssis.drafts import AT_ONCE, Ask, list_slugs, lock_hssi, put_draft
from lamppost.status.hssis.publishing import publish_if_ready
from lamppost.status.hssis.tables import HssiRecord
from lamppost.status.hssis.texts import HssiError, HssiKind, HssiState, Purpose, Text, Wait
from lamppost.status.policy import LONGEST_HSSI_TEXT
from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action
from postmaster.audit.actions import Value, record


@acts(Action.STATUS_WRITE)
def reopen_hssi(
    session: Session,
    *,
    ref: str,
    summary: str,
    next_update_due_at: datetime | None,
    ask: Ask = AT_ONCE,
    by: Actor,
    now: datetime,
) -> Wait | None:
    """Say that it is not over after all; gives why the text waits, None when it is published.

    Guards hold at once. What affected the service does so again from the publication on.

    Raises:
        HssiError: it is open, its log says how it goes on, or something given cannot be.
    """
    row = lock_hssi(session, ref)
    if row.origin == "log":
        raise HssiError(f"{ref} comes from the log, which opens it again.")
    if row.resolved_at is None:
        raise HssiError(f"{ref} is open.")
    if row.published_at is None:
        raise HssiError(f"{ref} was never published. Raise another.")
    text = replace(
        current_text(session, row),
        summary=summary,
        state=HssiState.INVESTIGATING,
        next_update_due_at=next_update_due_at,
    )
    check_text(session, text, now=now)
    draft = put_draft(
        session, row=row, text=text, ask=ask, purpose=Purpose.REOPENING, by=by.reference, now=now
    )
    return publish_if_ready(session, draft=draft, now=now)


@acts(Action.STATUS_WRITE)
def review_hssi(
    session: Session, *, ref: str, review: str, by: Actor, now: datetime
) -> Wait | None:
    """Write the review of an HSSI that is over; another replaces none of the first's history.

    Raises:
        HssiError: it is open, or there is no text.
    """
    row = lock_hssi(session, ref)
    if row.resolved_at is None or row.published_at is None:
        raise HssiError(f"{ref} is open. Review it once it is resolved.")
    if not review.strip():
        raise HssiError("Enter the review.", "review")
    return _write_beside(session, row, review, Purpose.REVIEW, "review", by=by, now=now)


@acts(Action.STATUS_WRITE)
def add_note(session: Session, *, ref: str, note: str, by: Actor, now: datetime) -> Wait | None:
    """Set the note shown beside what the log says of one it owns; empty takes it away.

    Raises:
        HssiError: it is not the log's, or the note is too long.
    """
    row = lock_hssi(session, ref)
    if row.origin != "log":
        raise HssiError(f"{ref} was raised here. Write an update of it.")
    return _write_beside(session, row, note.strip(), Purpose.NOTE, "note", by=by, now=now)


@acts(Action.STATUS_WRITE)
def review_holding(session: Session, *, ref: str, by: Actor, now: datetime) -> None:
    """Say that one has read another's holding statement and that it may stand.

    Raises:
        HssiError: there is none, or it is one's own.
    """
    row = lock_hssi(session, ref)
    if row.review_due_at is None:
        raise HssiError(f"No holding statement of {ref} waits for a review.")
    if by.kind is not ActorKind.PERSON or row.holding_by == by.reference:
        raise HssiError("A second person reviews a holding statement.")
    changes = {"holding_by": (row.holding_by, None)}
    row.holding_by = row.review_due_at = None
    _finish(session, row, "hssis.review-holding", changes, by=by, now=now)


@acts(Action.STATUS_WRITE)
def take_down(session: Session, *, ref: str, by: Actor, now: datetime) -> None:
    """Take a security notice off the list of current ones; it stays in the log.

    Raises:
        HssiError: it is no such notice, or it is still open.
    """
    row = lock_hssi(session, ref)
    if row.kind != HssiKind.SECURITY or row.taken_down_at is not None:
        raise HssiError(f"{ref} is no security notice that is up.")
    if row.resolved_at is None:
        raise HssiError(f"{ref} is open. Resolve it first.")
    row.taken_down_at = now
    _finish(session, row, "hssis.take-down", {"taken_down": (False, True)}, by=by, now=now)


def current_text(session: Session, row: HssiRecord) -> Text:
    """What an HSSI raised here says now, as a text to change."""
    return Text(
        title=row.title,
        summary=row.summary,
        state=HssiState(row.state),
        impact=int(row.impact),
        urgency=int(row.urgency),
        components=list_slugs(session, row.ref),
        next_update_due_at=row.next_update_due_at,
    )


def _write_beside(
    session: Session,
    row: HssiRecord,
    words: str,
    purpose: Purpose,
    field: str,
    *,
    by: Actor,
    now: datetime,
) -> Wait | None:
    if len(words) > LONGEST_HSSI_TEXT:
        raise HssiError("The text is too long.", field)
    # Neither moves impact or urgency, and a log's own may be words.
    text = Text(
        row.title, words, HssiState.RESOLVED, impact=0, urgency=0,
        components=list_slugs(session, row.ref),
    )  # fmt: skip
    draft = put_draft(
        session, row=row, text=text, ask=AT_ONCE, purpose=purpose, by=by.reference, now=now
    )
    return publish_if_ready(session, draft=draft, now=now)


def _finish(
    session: Session,
    row: HssiRecord,
    action: str,
    changes: Mapping[str, tuple[Value, Value]],
    *,
    by: Actor,
    now: datetime,
) -> None:
    row.version += 1
    session.flush()
    record(
        session, action=action, kind="hssi", key=row.ref, changes=changes, by=by.reference, now=now
    )
    bump_generation(session, Area.STATUS)
