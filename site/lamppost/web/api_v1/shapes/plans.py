"""What is planned: BCDR tests, changes, Portal releases."""

from datetime import date, datetime

from pydantic import Field

from lamppost.status.notices import (
    Change,
    ChangeState,
    ItemKind,
    Release,
    ReleaseState,
    Window,
    WindowState,
)
from lamppost.web.api_v1.shapes.paging import Shape


class WindowShape(Shape):
    """A BCDR test: days in London, both included."""

    uid: str
    title: str
    starts_on: date
    ends_on: date
    announced_ends_on: date = Field(description="its end as it stood when it began")
    state: WindowState
    summary: str
    location: str
    expects_impact: bool
    outcome: str = Field(description="how it went, once it is over")
    announced_at: datetime
    dates_announced_at: datetime = Field(description="when its present first day was announced")
    updated_at: datetime

    @classmethod
    def of(cls, window: Window) -> "WindowShape":
        """From what the page of tests shows."""
        return cls(
            uid=window.uid,
            title=window.title,
            starts_on=window.starts_on,
            ends_on=window.ends_on,
            announced_ends_on=window.announced_ends_on,
            state=window.state,
            summary=window.summary,
            location=window.location,
            expects_impact=window.expects_impact,
            outcome=window.outcome,
            dates_announced_at=window.dates_announced_at or window.announced_at,
            announced_at=window.announced_at,
            updated_at=window.updated_at,
        )


class ChangeShape(Shape):
    """One entry of the forward schedule of change."""

    ref: str
    title: str
    starts_at: datetime
    ends_at: datetime
    state: ChangeState
    components: list[str] = Field(description="slugs")
    impact: str
    has_impact: bool = Field(description="its components are under maintenance while it runs")
    kind: str = Field(description="change, or freeze for a time in which nothing is changed")
    effects: dict[str, str] = Field(description="by slug: none, slow or down")
    series: str | None = Field(description="the reference of the change that comes again")
    summary: str
    outcome: str = Field(description="how it went, once it is over")
    announced_at: datetime
    dates_announced_at: datetime = Field(description="when its present beginning was announced")
    updated_at: datetime

    @classmethod
    def of(cls, change: Change) -> "ChangeShape":
        """From what the forward schedule shows."""
        return cls(
            ref=change.ref,
            title=change.title,
            starts_at=change.starts_at,
            ends_at=change.ends_at,
            state=change.state,
            components=list(change.components),
            impact=change.impact,
            has_impact=change.has_impact,
            kind=change.kind,
            effects=dict(change.effects),
            series=change.series,
            outcome=change.outcome,
            dates_announced_at=change.dates_announced_at or change.announced_at,
            summary=change.summary,
            announced_at=change.announced_at,
            updated_at=change.updated_at,
        )


class ItemShape(Shape):
    """One line of a release's notes."""

    kind: ItemKind
    text: str


class ReleaseShape(Shape):
    """A Portal release; `planned_on` is the first of the month when only that is known."""

    ref: str
    name: str
    state: ReleaseState
    planned_on: date
    is_month_only: bool
    planned_words: str
    live_at: datetime | None
    rolled_back_at: datetime | None
    summary: str
    items: list[ItemShape]
    announced_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, release: Release) -> "ReleaseShape":
        """From what the page of releases shows."""
        return cls(
            ref=release.ref,
            name=release.name,
            state=release.state,
            planned_on=release.planned_on,
            is_month_only=release.is_month_only,
            planned_words=release.planned_words,
            live_at=release.live_at,
            rolled_back_at=release.rolled_back_at,
            summary=release.summary,
            items=[ItemShape(kind=item.kind, text=item.text) for item in release.items],
            announced_at=release.announced_at,
            updated_at=release.updated_at,
        )
