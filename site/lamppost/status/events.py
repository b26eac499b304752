"""What the status feeds tell, one entry per HSSI update and per announcement."""

from sqlalchemy import literal, select, true
from sqlalchemy.orm import Session

from lamppost.status.hssis.criteria import is_public
from lamppost.status.hssis.rules import severity_words
from lamppost.status.hssis.tables import HssiChange, HssiComponent, HssiRecord
from lamppost.status.notices import EventKind, ReleaseState, StatusEvent
from lamppost.status.plans.tables import (
    ChangeRecord,
    KnownIssueRecord,
    ReleaseRecord,
    WindowRecord,
)
from lamppost.wording import say_date, say_date_range, say_moment, say_month


def list_status_events(
    session: Session, *, limit: int = 50, component: str | None = None
) -> tuple[StatusEvent, ...]:
    """The newest, by the moment they were last updated, newest first.

    `component` keeps the HSSIs and changes that name it, and every test: a test concerns them all.
    """
    events = [
        *_hssi_events(session, limit, component),
        *_window_events(session, limit),
        *_change_events(session, limit, component),
        *(_release_events(session, limit) if component is None else ()),
        *(_issue_events(session, limit) if component is None else ()),
    ]
    events.sort(key=lambda event: (event.updated_at, event.tag_name), reverse=True)
    return tuple(events[:limit])


def _hssi_events(session: Session, limit: int, component: str | None) -> list[StatusEvent]:
    named = select(HssiComponent.ref).where(HssiComponent.component == component)
    wanted = true() if component is None else HssiChange.ref.in_(named)
    rows = session.execute(
        select(
            HssiChange.ref,
            HssiChange.number,
            HssiChange.at,
            HssiChange.severity,
            HssiChange.title,
            HssiChange.words,
            HssiChange.summary,
            HssiRecord.raised_at,
        )
        .join(HssiRecord, HssiRecord.ref == HssiChange.ref)
        .where(wanted, is_public())
        .order_by(HssiChange.at.desc(), HssiChange.ref, HssiChange.number.desc())
        .limit(limit)
    )
    return [
        StatusEvent(
            kind=EventKind.HSSI,
            tag_year=row.raised_at.year,
            tag_name=f"hssi/{row.ref}/{row.number}",
            title=f"{row.ref}: {row.title} ({severity_words(row.severity).lower()})",
            text=f"{row.words} {row.summary}".strip(),
            path=f"/status/incidents/{row.ref}/",
            published_at=row.at,
            updated_at=row.at,
        )
        for row in rows
    ]


def _window_events(session: Session, limit: int) -> list[StatusEvent]:
    records = session.scalars(
        select(WindowRecord).order_by(WindowRecord.updated_at.desc(), WindowRecord.uid).limit(limit)
    )
    return [
        StatusEvent(
            kind=EventKind.WINDOW,
            tag_year=one.announced_at.year,
            tag_name=f"window/{one.uid}",
            title=f"{'Cancelled: ' if one.is_cancelled else ''}{one.title}",
            text=f"{_capital(say_date_range(one.starts_on, one.ends_on))}. {one.summary}".strip(),
            path="/status/bcdr/",
            published_at=one.announced_at,
            updated_at=one.updated_at,
        )
        for one in records
    ]


def _change_events(session: Session, limit: int, component: str | None) -> list[StatusEvent]:
    # Slugs stand between spaces, and hold neither a space nor a wildcard that LIKE would read.
    slugs = literal(" ") + ChangeRecord.components + literal(" ")
    wanted = true() if component is None else slugs.contains(f" {component} ", autoescape=True)
    records = session.scalars(
        select(ChangeRecord)
        .where(wanted)
        .order_by(ChangeRecord.updated_at.desc(), ChangeRecord.ref)
        .limit(limit)
    )
    return [
        StatusEvent(
            kind=EventKind.CHANGE,
            tag_year=one.announced_at.year,
            tag_name=f"change/{one.ref}",
            title=f"{_change_kind(one)}: {one.title}",
            text=(
                f"From {say_moment(one.starts_at)} to {say_moment(one.ends_at)}. "
                f"{one.impact} {one.summary}"
            ).strip(),
            path="/status/changes/",
            published_at=one.announced_at,
            updated_at=one.updated_at,
        )
        for one in records
    ]


def _release_events(session: Session, limit: int) -> list[StatusEvent]:
    records = session.scalars(
        select(ReleaseRecord)
        .order_by(ReleaseRecord.updated_at.desc(), ReleaseRecord.ref)
        .limit(limit)
    )
    return [
        StatusEvent(
            kind=EventKind.RELEASE,
            tag_year=one.announced_at.year,
            tag_name=f"release/{one.ref}",
            title=f"Portal release: {one.name}",
            text=f"{_release_words(one)} {one.summary}".strip(),
            path="/status/releases/",
            published_at=one.announced_at,
            updated_at=one.updated_at,
        )
        for one in records
    ]


def _issue_events(session: Session, limit: int) -> list[StatusEvent]:
    records = session.scalars(
        select(KnownIssueRecord)
        .order_by(KnownIssueRecord.updated_at.desc(), KnownIssueRecord.ref)
        .limit(limit)
    )
    return [
        StatusEvent(
            kind=EventKind.KNOWN_ISSUE,
            tag_year=one.announced_at.year,
            tag_name=f"known-issue/{one.ref}",
            title=f"{'Closed: ' if one.closed_on else 'Known issue: '}{one.product}: {one.title}",
            text=f"{one.summary} What you can do: {one.workaround or 'nothing is known'}".strip(),
            path="/status/known-issues/",
            published_at=one.announced_at,
            updated_at=one.updated_at,
        )
        for one in records
    ]


def _release_words(release: ReleaseRecord) -> str:
    if release.state == ReleaseState.ROLLED_BACK:
        return "Rolled back."
    if release.live_at is not None:
        return f"Live since {say_moment(release.live_at)}."
    say = say_month if release.is_month_only else say_date
    return f"Planned for {say(release.planned_on)}."


def _change_kind(change: ChangeRecord) -> str:
    if change.is_cancelled:
        return "Cancelled"
    return "Change freeze" if change.kind == "freeze" else "Planned change"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
