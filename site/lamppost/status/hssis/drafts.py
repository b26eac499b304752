"""Texts that are not published yet: stored, tied to a digest, and never changed afterwards."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.hssis.effects import Effect, write_blackout
from lamppost.status.hssis.matrix import HIGH
from lamppost.status.hssis.tables import HssiComponent, HssiDraft, HssiRecord, HssiTemplate
from lamppost.status.hssis.texts import HssiError, HssiState, Purpose, Text
from lamppost.status.tables import Component


@dataclass(frozen=True, slots=True)
class Ask:
    """How a text is to be published: not before a moment, as an approved holding statement."""

    publish_at: datetime | None = None
    template: str | None = None


AT_ONCE = Ask()


def lock_hssi(session: Session, ref: str) -> HssiRecord:
    """The row, nobody else writing it until the transaction ends.

    Raises:
        HssiError: there is none.
    """
    row = session.scalar(select(HssiRecord).where(HssiRecord.ref == ref).with_for_update())
    if row is None:
        raise HssiError(f"There is no HSSI {ref}.")
    return row


def list_slugs(session: Session, ref: str) -> tuple[str, ...]:
    """The components an HSSI names now."""
    rows = select(HssiComponent.component).where(HssiComponent.ref == ref)
    return tuple(session.scalars(rows.order_by(HssiComponent.component)))


def list_current_slugs(session: Session) -> Sequence[str]:
    """The components on the page."""
    return session.scalars(select(Component.slug).where(Component.is_current)).all()


def put_draft(
    session: Session,
    *,
    row: HssiRecord,
    text: Text,
    ask: Ask,
    purpose: Purpose,
    by: str,
    now: datetime,
) -> HssiDraft:
    """Store a text that was checked; guards hold from now on if it says so.

    Raises:
        HssiError: it is said to be a holding statement and is not as one was approved.
    """
    if ask.template is not None:
        _check_holding(session, ask.template, text, row.severity)
    draft = HssiDraft(
        ref=row.ref, purpose=purpose.value, seen_version=row.version, title=text.title,
        summary=text.summary, state=text.state.value, impact=text.impact, urgency=text.urgency,
        components=list(text.components), next_update_due_at=text.next_update_due_at,
        publish_at=ask.publish_at, template=ask.template, prepared_by=by, prepared_at=now,
        decision="waiting",
    )  # fmt: skip
    session.add(draft)
    session.flush()
    _guard(session, row, draft, by=by, now=now)
    return draft


def get_waiting(session: Session, draft_id: int) -> HssiDraft:
    """A draft nobody has decided on, locked.

    Raises:
        HssiError: there is none.
    """
    draft = session.get(HssiDraft, draft_id, with_for_update=True)
    if draft is None or draft.decision != "waiting":
        raise HssiError("The text no longer waits.")
    return draft


def get_newest(session: Session, ref: str) -> HssiDraft:
    """The newest text of an HSSI that waits.

    Raises:
        HssiError: none does.
    """
    draft = session.scalar(
        select(HssiDraft)
        .where(HssiDraft.ref == ref, HssiDraft.decision == "waiting")
        .order_by(HssiDraft.draft_id.desc())
        .limit(1)
    )
    if draft is None:
        raise HssiError(f"No text of {ref} waits.")
    return draft


def unguard(session: Session, row: HssiRecord, *, by: str, now: datetime) -> None:
    """Bring the guards back to what is published: a text that held them was taken back."""
    reopened = row.reopened
    if row.resolved_at is not None:
        # What a text that was to reopen it held was a period of its own; it ends here.
        effect = Effect(row.ref, row.severity, (), row.raised_at, now, reopened + 1)
        write_blackout(session, effect, since=now, by=by, now=now, is_known_only=True)
        return
    slugs = list_slugs(session, row.ref)
    effect = Effect(row.ref, row.severity, slugs, row.raised_at, None, reopened)
    write_blackout(session, effect, since=now, by=by, now=now)


def text_of(draft: HssiDraft) -> Text:
    """A draft as the text it is."""
    return Text(
        title=draft.title,
        summary=draft.summary,
        state=HssiState(draft.state),
        impact=draft.impact,
        urgency=draft.urgency,
        components=tuple(draft.components),
        next_update_due_at=draft.next_update_due_at,
    )


def digest_of(draft: HssiDraft) -> str:
    """What a second person's approval is tied to: everything the text fixes."""
    due, at = draft.next_update_due_at, draft.publish_at
    said = [
        draft.ref, draft.purpose, draft.title, draft.summary, draft.state, draft.impact,
        draft.urgency, list(draft.components), due.isoformat() if due else None,
        at.isoformat() if at else None, draft.seen_version,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _guard(session: Session, row: HssiRecord, draft: HssiDraft, *, by: str, now: datetime) -> None:
    """A text hidden from readers is not hidden from guards: what it makes worse holds at once."""
    text = text_of(draft)
    speaks = draft.purpose in {Purpose.UPDATE, Purpose.REOPENING}
    if not speaks or text.state is HssiState.RESOLVED or text.severity > HIGH:
        return
    is_over = row.resolved_at is not None
    named = set() if is_over or row.severity > HIGH else set(list_slugs(session, row.ref))
    effect = Effect(
        row.ref,
        text.severity,
        tuple(sorted(named | set(text.components))),
        row.raised_at,
        None,
        row.reopened + is_over,
    )
    write_blackout(session, effect, since=now, by=by, now=now)


def _check_holding(session: Session, name: str, text: Text, severity: int) -> None:
    """One person may publish it only as it was approved: the same words, nothing played down."""
    found = session.get(HssiTemplate, name)
    if found is None or not found.is_holding or found.approved_by is None:
        raise HssiError(f"There is no approved holding statement {name}.", "template")
    is_same = text.title == found.title and text.summary == found.summary
    if not is_same or text.state is HssiState.RESOLVED or text.severity > severity:
        raise HssiError("A holding statement is published as it was approved.", "summary")
