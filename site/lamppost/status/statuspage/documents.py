"""The eight documents of the API, each read with the same few queries whatever there is to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.status.hssis.history import list_updates
from lamppost.status.notices import FREEZE, Hssi
from lamppost.status.reads import (
    get_service_status,
    list_changes,
    list_hssis,
    list_open_hssis,
    list_windows,
)
from lamppost.status.report import ServiceStatus
from lamppost.status.statuspage.components import Roll, changed_at, list_components
from lamppost.status.statuspage.incidents import make_incident
from lamppost.status.statuspage.maintenances import (
    ACTIVE,
    SCHEDULED,
    Planned,
    make_maintenance,
    plan_change,
    plan_window,
)
from lamppost.status.statuspage.moments import TIME_ZONE, write_moment
from lamppost.status.statuspage.shapes import IncidentShape, PageShape, StatusShape
from lamppost.status.statuspage.words import impact_of, page_status
from lamppost.status.tables import Component

Document = dict[str, Any]
# Statuspage lists so many and has no pages.
MOST = 50
# Changes that ended longer ago are in the history pages, not among the newest.
DAYS_BACK = 365
_NEVER = datetime(2018, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PageOf:
    """What the documents say of the page: its id, its name and the site's address."""

    id: str
    name: str
    url: str


class Documents:
    """What the API says at one moment; each part is read when it is first asked for.

    Args:
        session: where to read.
        now: the moment.
        page: the page they belong to.
    """

    def __init__(self, session: Session, *, now: datetime, page: PageOf) -> None:
        self._session = session
        self._now = now
        self._page = page

    @cached_property
    def service(self) -> ServiceStatus:
        """How the service stands, good to show until its `fresh_until`."""
        return get_service_status(self._session, now=self._now)

    def status(self) -> Document:
        """`status.json`."""
        return {"page": self._page_shape, "status": self._status}

    def summary(self) -> Document:
        """`summary.json`: what is open and what is ahead."""
        return {
            **self.components(),
            "incidents": self._unresolved,
            "scheduled_maintenances": [one for one in self._maintenances if _is_ahead(one)],
            "status": self._status,
        }

    def components(self) -> Document:
        """`components.json`."""
        return {"page": self._page_shape, "components": list(self._roll.listed)}

    def incidents(self, *, is_unresolved: bool = False) -> Document:
        """`incidents.json`, the newest 50; or `incidents/unresolved.json`."""
        shown = self._unresolved if is_unresolved else self._make(self._newest)
        return {"page": self._page_shape, "incidents": shown}

    def maintenances(self, *, statuses: frozenset[str] | None = None) -> Document:
        """`scheduled-maintenances.json`, the newest 50; or those of some statuses."""
        every = self._maintenances
        shown = [one for one in every if statuses is None or one["status"] in statuses]
        return {"page": self._page_shape, "scheduled_maintenances": shown[:MOST]}

    @cached_property
    def _added(self) -> dict[str, datetime]:
        rows = self._session.execute(select(Component.slug, Component.added_at))
        return {slug: added_at or _NEVER for slug, added_at in rows}

    @cached_property
    def _roll(self) -> Roll:
        return list_components(self.service, page_id=self._page.id, added=self._added)

    @cached_property
    def _open(self) -> Sequence[Hssi]:
        return list_open_hssis(self._session)

    @cached_property
    def _newest(self) -> Sequence[Hssi]:
        return list_hssis(self._session, limit=MOST)

    @cached_property
    def _unresolved(self) -> list[IncidentShape]:
        return self._make(sorted(self._open, key=lambda one: one.raised_at, reverse=True))

    @cached_property
    def _planned(self) -> list[Planned]:
        """The latest first."""
        changes = list_changes(self._session, now=self._now, days_back=DAYS_BACK)
        windows = list_windows(self._session, now=self._now)
        # In a freeze nothing is changed: no client should call that a maintenance.
        work = [one for one in changes if one.kind != FREEZE]
        planned = [*map(plan_change, work), *map(plan_window, windows)]
        return sorted(planned, key=lambda one: (one.starts_at, one.key), reverse=True)

    @cached_property
    def _maintenances(self) -> list[IncidentShape]:
        return [
            make_maintenance(
                one,
                now=self._now,
                page_id=self._page.id,
                page_url=self._page.url,
                components=self._roll.by_slug,
            )
            for one in self._planned
        ]

    @cached_property
    def _status(self) -> StatusShape:
        found = page_status(self.service.state, [impact_of(one.severity) for one in self._open])
        return {"indicator": found.indicator, "description": found.description}

    @cached_property
    def _page_shape(self) -> PageShape:
        """Its `updated_at` moves when something it shows does, so that a poller's 304 means it."""
        moments = [
            *(changed_at(one, self._added[one.slug]) for one in self.service.components),
            *(one.updated_at for one in self._newest),
            *(one.updated_at for one in self._planned),
        ]
        return {
            "id": self._page.id,
            "name": self._page.name,
            "url": self._page.url,
            "time_zone": TIME_ZONE,
            "updated_at": write_moment(max(moments, default=_NEVER)),
        }

    def _make(self, hssis: Sequence[Hssi]) -> list[IncidentShape]:
        texts = list_updates(self._session, [one.ref for one in hssis])
        return [
            make_incident(
                one,
                updates=texts.get(one.ref, ()),
                page_id=self._page.id,
                page_url=self._page.url,
                components=self._roll.by_slug,
            )
            for one in hssis
        ]


def _is_ahead(one: IncidentShape) -> bool:
    return one["status"] == SCHEDULED or one["status"] in ACTIVE
