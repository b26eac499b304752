"""The names of components, where a page knows their slugs."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.status.reads import get_service_status


def name_components(
    session: Session, slugs: Iterable[str], *, now: datetime
) -> list[tuple[str, str]]:
    """(slug, name) in the order of the status page; one no longer on the page is left out."""
    wanted = set(slugs)
    if not wanted:
        return []
    status = get_service_status(session, now=now)
    return [(one.slug, one.name) for one in status.components if one.slug in wanted]
