"""The log narrowed to what somebody asks for, walked a page at a time until there is enough."""

from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.status.hssis.reads import list_hssis
from lamppost.status.notices import Hssi

# A year's log in one query; who asks for the rare pays for a few more.
STEP = 200


def list_narrowed(
    session: Session,
    *,
    is_open: bool | None = None,
    severity: int | None = None,
    component: str | None = None,
    since: datetime | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int,
) -> tuple[Hssi, ...]:
    """Those that fit everything given, the newest first."""
    found: list[Hssi] = []
    while True:
        page = list_hssis(session, before=before, limit=STEP)
        found += (
            one
            for one in page
            if is_open in (None, one.is_open)
            and severity in (None, one.severity)
            and (component is None or component in one.components)
            and (since is None or one.raised_at >= since)
        )
        is_past = since is not None and bool(page) and page[-1].raised_at < since
        if len(found) >= limit or len(page) < STEP or is_past:
            return tuple(found[:limit])
        before = (page[-1].raised_at, page[-1].ref)
