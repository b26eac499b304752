"""Publish a text: what readers see from now on, kept for ever as it was, and what follows of it."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lamppost.generation.actions import Area, bump_generation
from lamppost.status.hssis import rules
from lamppost.status.hssis.drafts import list_slugs, text_of
from lamppost.status.hssis.effects import Effect, write_effects
from lamppost.status.hssis.tables import HssiChange, HssiComponent, HssiDraft, HssiRecord
from lamppost.status.hssis.texts import HssiError, HssiState, Purpose, Text, Wait, find_wait
from lamppost.status.numbers import get_minutes
from postmaster.audit.actions import Value, record
from postmaster.policy.numbers import Key


def publish_if_ready(session: Session, *, draft: HssiDraft, now: datetime) -> Wait | None:
    """Publish a text that waits for nothing; gives what it waits for otherwise.

    Raises:
        HssiError: the HSSI has changed since the text was written.
    """
    row = session.get_one(HssiRecord, draft.ref, with_for_update=True)
    speaks = draft.purpose in {Purpose.UPDATE, Purpose.REOPENING}
    wait = find_wait(
        severity_before=row.severity,
        severity=text_of(draft).severity if speaks else row.severity,
        publish_at=draft.publish_at,
        is_approved=draft.approved_by is not None,
        is_holding=draft.template is not None,
        now=now,
    )
    if wait is not None:
        return wait
    if row.version != draft.seen_version:
        raise HssiError(f"{draft.ref} has changed since this text was written. Write it again.")
    publish_draft(session, draft=draft, now=now)
    return None


def publish_draft(session: Session, *, draft: HssiDraft, now: datetime) -> None:
    """Publish a text whatever it waits for: for `publish_if_ready`, and to see what it would be."""
    row = session.get_one(HssiRecord, draft.ref)
    if draft.purpose in {Purpose.UPDATE, Purpose.REOPENING}:
        publish_text(session, row=row, text=text_of(draft), by=draft.prepared_by, now=now)
        _mark_holding(session, row, draft, now)
    else:
        _publish_beside(session, row=row, draft=draft, now=now)
    draft.decision, draft.decided_at = "published", now
    session.flush()


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether the moment of any text that waits has come."""
    due = select(HssiDraft.draft_id).where(
        HssiDraft.decision == "waiting", HssiDraft.publish_at <= now
    )
    return session.scalar(due.limit(1)) is not None


def publish_due(session: Session, *, now: datetime) -> int:
    """Publish the texts whose moment has come; gives how many. Run by the worker.

    One whose HSSI has changed since stays, and its operators are told.
    """
    drafts = session.scalars(
        select(HssiDraft)
        .where(HssiDraft.decision == "waiting", HssiDraft.publish_at <= now)
        .order_by(HssiDraft.publish_at, HssiDraft.draft_id)
        .with_for_update()
    ).all()
    count = 0
    for draft in drafts:
        row = session.get_one(HssiRecord, draft.ref)
        is_ready = row.version == draft.seen_version
        if is_ready and publish_if_ready(session, draft=draft, now=now) is None:
            count += 1
    return count


def publish_text(session: Session, *, row: HssiRecord, text: Text, by: str, now: datetime) -> None:
    """Make a text the HSSI's newest, from now on; the texts before it stay as they were."""
    known = rules.Known(
        row.content_hash, row.title, row.severity, row.state, row.summary, row.resolved_at,
        row.updates,
    )  # fmt: skip
    was_over = row.resolved_at is not None
    is_over = text.state is HssiState.RESOLVED
    before: dict[str, Value] = {"severity": row.severity, "state": row.state}
    row.title, row.summary, row.state = text.title, text.summary, text.state.value
    row.severity, row.impact, row.urgency = text.severity, str(text.impact), str(text.urgency)
    row.resolved_at = now if is_over else None
    row.reopened += was_over and not is_over
    row.next_update_due_at = None if is_over else text.next_update_due_at
    is_first = row.updates == 0
    _move_on(row, now)
    said = rules.raised_words(row) if is_first else rules.changed_words(known, row)
    _store_text(session, row, text.components, words=said, summary=row.summary)
    _name_components(session, row.ref, text.components)
    effect = Effect(
        row.ref, row.severity, text.components, row.raised_at, row.resolved_at, row.reopened
    )
    write_effects(session, effect, since=now, by=by, now=now)
    after: dict[str, Value] = {"severity": row.severity, "state": row.state}
    changes = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    _keep(session, row, f"{text.title}\n{text.summary}", changes, by=by, now=now)


def _publish_beside(session: Session, *, row: HssiRecord, draft: HssiDraft, now: datetime) -> None:
    """A review or a note: an entry of the history that leaves the incident as it was told."""
    if draft.purpose == Purpose.REVIEW:
        words = "Review amended." if row.review else "Review."
        row.review, row.reviewed_at = draft.summary, now
    else:
        words = (
            "Note of the service." if draft.summary else "The note of the service was taken down."
        )
        row.overlay = draft.summary
    _move_on(row, now)
    _store_text(session, row, list_slugs(session, row.ref), words=words, summary=draft.summary)
    _keep(session, row, draft.summary, {}, by=draft.prepared_by, now=now)


def _mark_holding(session: Session, row: HssiRecord, draft: HssiDraft, now: datetime) -> None:
    """A holding statement nobody else has read is looked at by a second person, soon."""
    if draft.template is not None and draft.approved_by is None and row.severity == 1:
        minutes = get_minutes(session, Key.HSSI_HOLDING_REVIEW_MINUTES, now=now)
        row.holding_by = draft.prepared_by
        row.review_due_at = row.review_due_at or now + timedelta(minutes=minutes)
    elif draft.approved_by is not None:
        # Words two people stand behind have taken the holding statement's place.
        row.holding_by = row.review_due_at = None


def _move_on(row: HssiRecord, now: datetime) -> None:
    row.updates += 1
    row.version += 1
    row.updated_at = now
    if row.published_at is None:
        row.published_at = now


def _store_text(
    session: Session, row: HssiRecord, components: tuple[str, ...], *, words: str, summary: str
) -> None:
    session.flush()
    session.execute(
        insert(HssiChange),
        {
            "ref": row.ref, "number": row.updates, "at": row.updated_at, "severity": row.severity,
            "state": row.state, "title": row.title, "words": words, "summary": summary,
            "components": list(components), "next_update_due_at": row.next_update_due_at,
        },
    )  # fmt: skip


def _name_components(session: Session, ref: str, components: tuple[str, ...]) -> None:
    session.execute(delete(HssiComponent).where(HssiComponent.ref == ref))
    pairs = [{"ref": ref, "component": slug} for slug in dict.fromkeys(components)]
    if pairs:
        session.execute(insert(HssiComponent), pairs)


def _keep(
    session: Session,
    row: HssiRecord,
    said: str,
    changes: dict[str, tuple[Value, Value]],
    *,
    by: str,
    now: datetime,
) -> None:
    """Audit with the digest of the words, so that a history changed afterwards is found out."""
    digest = hashlib.sha256(said.encode()).hexdigest()
    record(
        session, action="hssis.publish", kind="hssi", key=row.ref, by=by, now=now,
        changes={"update": (None, row.updates), "text_sha256": (None, digest), **changes},
    )  # fmt: skip
    bump_generation(session, Area.STATUS)
