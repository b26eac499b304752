"""What operators see of HSSIs: unpublished ones, texts that wait, and what is asked of whom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lamppost.status.hssis.drafts import digest_of
from lamppost.status.hssis.matrix import severity_of
from lamppost.status.hssis.reads import load_hssi
from lamppost.status.hssis.rules import severity_words
from lamppost.status.hssis.tables import HssiDraft, HssiRecord
from lamppost.status.hssis.texts import Purpose, Wait, find_wait
from lamppost.status.notices import Hssi

# The desk lists what was resolved so lately; the public log has the rest.
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A text that waits, as it would be published."""

    draft_id: int
    ref: str
    purpose: str
    title: str
    summary: str
    state: str
    severity: int
    components: tuple[str, ...]
    next_update_due_at: datetime | None
    publish_at: datetime | None
    template: str | None
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    digest: str
    wait: Wait | None
    is_stale: bool  # the HSSI has changed since it was written

    @property
    def wants_approval(self) -> bool:
        """Whether a second person is asked for."""
        return self.wait is Wait.SECOND_PERSON and not self.is_stale


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One HSSI on the operators' list."""

    ref: str
    title: str
    kind: str
    origin: str
    severity: int
    state: str
    raised_at: datetime
    resolved_at: datetime | None
    published_at: datetime | None
    next_update_due_at: datetime | None
    holding_by: str | None
    review_due_at: datetime | None
    drafts: tuple[DraftRow, ...]

    @property
    def severity_words(self) -> str:
        """`Severity 1, critical`."""
        return severity_words(self.severity)

    def is_overdue(self, now: datetime) -> bool:
        """Whether readers were promised an update that has not come."""
        due = self.next_update_due_at
        is_seen = self.published_at is not None and self.resolved_at is None
        return is_seen and due is not None and due <= now


@dataclass(frozen=True, slots=True)
class DeskHssi:
    """One HSSI with its history, and what only operators know of it."""

    row: DeskRow
    hssi: Hssi
    version: int
    taken_down_at: datetime | None


def list_desk(session: Session, *, now: datetime) -> Sequence[DeskRow]:
    """Those open, unpublished ones too, those lately resolved, and any with a text that waits."""
    waiting = select(HssiDraft.ref).where(HssiDraft.decision == "waiting")
    rows = session.scalars(
        select(HssiRecord)
        .where(
            or_(
                HssiRecord.resolved_at.is_(None),
                HssiRecord.resolved_at >= now - LATELY,
                HssiRecord.ref.in_(waiting),
            )
        )
        .order_by(HssiRecord.resolved_at.is_not(None), HssiRecord.raised_at.desc(), HssiRecord.ref)
    ).all()
    drafts = _drafts(session, {row.ref: row for row in rows}, now)
    return tuple(_row(row, tuple(drafts.get(row.ref, ()))) for row in rows)


def get_desk_hssi(session: Session, ref: str, *, now: datetime) -> DeskHssi | None:
    """One, published or not."""
    row = session.get(HssiRecord, ref)
    hssi = load_hssi(session, ref)
    if row is None or hssi is None:
        return None
    drafts = _drafts(session, {ref: row}, now)
    return DeskHssi(_row(row, tuple(drafts.get(ref, ()))), hssi, row.version, row.taken_down_at)


def get_draft_ref(session: Session, draft_id: int) -> str | None:
    """The HSSI a text belongs to, or None."""
    return session.scalar(select(HssiDraft.ref).where(HssiDraft.draft_id == draft_id))


def _drafts(
    session: Session, rows: dict[str, HssiRecord], now: datetime
) -> dict[str, list[DraftRow]]:
    found: dict[str, list[DraftRow]] = defaultdict(list)
    waiting = session.scalars(
        select(HssiDraft).where(HssiDraft.decision == "waiting").order_by(HssiDraft.draft_id)
    )
    for draft in waiting:
        if draft.ref in rows:
            found[draft.ref].append(_draft(draft, rows[draft.ref], now))
    return found


def _draft(draft: HssiDraft, row: HssiRecord, now: datetime) -> DraftRow:
    speaks = draft.purpose in {Purpose.UPDATE, Purpose.REOPENING}
    severity = severity_of(impact=draft.impact, urgency=draft.urgency) if speaks else row.severity
    wait = find_wait(
        severity_before=row.severity,
        severity=severity,
        publish_at=draft.publish_at,
        is_approved=draft.approved_by is not None,
        is_holding=draft.template is not None,
        now=now,
    )
    return DraftRow(
        draft.draft_id, draft.ref, draft.purpose, draft.title, draft.summary, draft.state,
        severity, tuple(draft.components), draft.next_update_due_at, draft.publish_at,
        draft.template, draft.prepared_by, draft.prepared_at, draft.approved_by,
        digest_of(draft), wait, draft.seen_version != row.version,
    )  # fmt: skip


def _row(row: HssiRecord, drafts: tuple[DraftRow, ...]) -> DeskRow:
    return DeskRow(
        row.ref, row.title, row.kind, row.origin, row.severity, row.state, row.raised_at,
        row.resolved_at, row.published_at, row.next_update_due_at, row.holding_by,
        row.review_due_at, drafts,
    )  # fmt: skip
