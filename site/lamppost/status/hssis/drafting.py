"""Raise an HSSI and write its next text; what waits for a second person or a moment waits here."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.hssis.drafts import (
    AT_ONCE,
    Ask,
    digest_of,
    get_waiting,
    list_current_slugs,
    lock_hssi,
    put_draft,
    unguard,
)
from lamppost.status.hssis.effects import Effect, write_effects
from lamppost.status.hssis.publishing import publish_if_ready
from lamppost.status.hssis.tables import HssiComponent, HssiDraft, HssiRecord
from lamppost.status.hssis.texts import (
    ChangedMeanwhileError,
    HssiError,
    HssiKind,
    Purpose,
    Text,
    Wait,
    find_fault,
)
from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action
from postmaster.audit.actions import record

# It stands in addresses and file names.
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@acts(Action.STATUS_WRITE)
def raise_hssi(
    session: Session,
    *,
    ref: str,
    text: Text,
    raised_at: datetime,
    kind: HssiKind = HssiKind.FAULT,
    origin: str = "person",
    ask: Ask = AT_ONCE,
    by: Actor,
    now: datetime,
) -> Wait | None:
    """Raise an HSSI; gives why its first text waits, None when it is published.

    It holds batches at once, whether or not a reader can see it.

    Raises:
        HssiError: the reference was used before, or something given cannot be.
    """
    ref = _check_ref(session, ref)
    if raised_at > now:
        raise HssiError("It cannot be raised later than now.", "raised_at")
    check_text(session, text, now=now)
    row = HssiRecord(**_first_row(ref, text, now), kind=kind, origin=origin, raised_at=raised_at)
    session.add(row)
    session.flush()
    _name_components(session, ref, text.components)
    effect = Effect(ref, text.severity, text.components, raised_at, None)
    write_effects(session, effect, since=raised_at, by=by.reference, now=now)
    record(
        session, action="hssis.raise", kind="hssi", key=ref, by=by.reference, now=now,
        changes={"severity": (None, text.severity), "origin": (None, origin)},
    )  # fmt: skip
    draft = put_draft(
        session, row=row, text=text, ask=ask, purpose=Purpose.UPDATE, by=by.reference, now=now
    )
    return publish_if_ready(session, draft=draft, now=now)


@acts(Action.STATUS_WRITE)
def write_update(
    session: Session,
    *,
    ref: str,
    seen_version: int,
    text: Text,
    ask: Ask = AT_ONCE,
    by: Actor,
    now: datetime,
) -> Wait | None:
    """Write the next text of an open HSSI, its resolution included; gives why it waits.

    Raises:
        ChangedMeanwhileError: somebody has written since `seen_version`; nothing is stored.
        HssiError: it is resolved, its log resolves it, or something given cannot be.
    """
    row = lock_hssi(session, ref)
    check_version(row, seen_version)
    if row.resolved_at is not None:
        raise HssiError(f"{ref} is resolved. Reopen it to say that it is not over.")
    if row.origin == "log":
        raise HssiError(f"{ref} comes from the log, which says how it goes on. Add a note to it.")
    check_text(session, text, now=now)
    draft = put_draft(
        session, row=row, text=text, ask=ask, purpose=Purpose.UPDATE, by=by.reference, now=now
    )
    return publish_if_ready(session, draft=draft, now=now)


@acts(Action.STATUS_WRITE)
def approve_draft(
    session: Session, *, draft_id: int, digest: str, by: Actor, now: datetime
) -> Wait | None:
    """Approve another's text of severity 1; gives why it waits still, None when it is published.

    `digest` is that of the text that was shown.

    Raises:
        HssiError: it is one's own, no longer waits, or the HSSI has changed since.
    """
    draft = get_waiting(session, draft_id)
    if by.kind is not ActorKind.PERSON:
        raise HssiError("A second person approves in the panel.")
    if draft.prepared_by == by.reference:
        raise HssiError("You wrote this text. A second person approves it.")
    if digest != digest_of(draft):
        raise HssiError("This is not the text you were shown. Read it again.")
    draft.approved_by = by.reference
    record(
        session, action="hssis.approve", kind="hssi", key=draft.ref, by=by.reference, now=now,
        changes={"draft": (None, draft_id), "sha256": (None, digest)},
    )  # fmt: skip
    return publish_if_ready(session, draft=draft, now=now)


@acts(Action.STATUS_WRITE)
def drop_draft(session: Session, *, draft_id: int, by: Actor, now: datetime) -> None:
    """Take a text that waits back; an HSSI none of whose texts was published goes with its last.

    Raises:
        HssiError: it no longer waits.
    """
    draft = get_waiting(session, draft_id)
    row = lock_hssi(session, draft.ref)
    draft.decision, draft.decided_at = "dropped", now
    session.flush()
    record(
        session, action="hssis.drop", kind="hssi", key=draft.ref, by=by.reference, now=now,
        changes={"draft": (draft_id, None)},
    )  # fmt: skip
    others = select(HssiDraft.draft_id).where(
        HssiDraft.ref == row.ref, HssiDraft.decision == "waiting"
    )
    if row.published_at is None and session.scalar(others.limit(1)) is None:
        row.state, row.resolved_at, row.updated_at = "withdrawn", now, now
        row.version += 1
        slugs = tuple(draft.components)
        effect = Effect(row.ref, row.severity, slugs, row.raised_at, now)
        write_effects(session, effect, since=now, by=by.reference, now=now)
        return
    unguard(session, row, by=by.reference, now=now)


def next_ref(session: Session, *, now: datetime) -> str:
    """A reference nobody has used: `HSSI-20180409-1`."""
    begins = f"HSSI-{london_date(now):%Y%m%d}-"
    used = session.scalars(select(HssiRecord.ref).where(HssiRecord.ref.startswith(begins))).all()
    numbers = [int(ref.removeprefix(begins)) for ref in used if ref.removeprefix(begins).isdigit()]
    return f"{begins}{max(numbers, default=0) + 1}"


def check_text(session: Session, text: Text, *, now: datetime) -> None:
    """Go on only with a text that can be taken on."""
    fault = find_fault(text, components=list_current_slugs(session), now=now)
    if fault is not None:
        raise fault


def check_version(row: HssiRecord, seen_version: int) -> None:
    """Go on only if nobody has written since.

    Raises:
        ChangedMeanwhileError: somebody has.
    """
    if row.version != seen_version:
        raise ChangedMeanwhileError(
            "Somebody else has written since you opened this. Your text is kept below; read theirs "
            "and publish again if yours still holds."
        )


def _check_ref(session: Session, ref: str) -> str:
    ref = ref.strip()
    if not _REF.fullmatch(ref):
        raise HssiError("A reference has letters, digits, dots and dashes, 64 at most.", "ref")
    if session.get(HssiRecord, ref) is not None:
        raise HssiError(f"The reference {ref} is taken.", "ref")
    return ref


def _first_row(ref: str, text: Text, now: datetime) -> dict[str, object]:
    return {
        "ref": ref, "source": "panel", "title": text.title,
        "severity": text.severity, "impact": str(text.impact), "urgency": str(text.urgency),
        "updated_at": now, "resolved_at": None, "state": text.state.value,
        "summary": text.summary, "content_hash": "", "imported_at": now, "updates": 0,
        "version": 1, "next_update_due_at": text.next_update_due_at, "reopened": 0,
        "overlay": "", "review": "",
    }  # fmt: skip


def _name_components(session: Session, ref: str, components: Sequence[str]) -> None:
    if components:
        rows = [{"ref": ref, "component": slug} for slug in dict.fromkeys(components)]
        session.execute(insert(HssiComponent), rows)
