"""What subscribers are told of the bulletins: each one published, and each correction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.rules import say_title
from lamppost.bulletins.tables import Bulletin
from lamppost.subscribers.actions import Announcement
from lamppost.subscribers.rules import Choice, Kind
from lamppost.wording import say_moment

SOURCE = "bulletins"
TEMPLATE = "bulletins-published-1"
LONGEST_SUBJECT = 200


def list_announcements(
    session: Session, *, after: datetime, base_url: str
) -> list[tuple[datetime, Announcement]]:
    """Every bulletin published or corrected after a moment, with that moment, oldest first."""
    query = (
        select(Bulletin)
        .where(Bulletin.status == Status.PUBLISHED, Bulletin.updated_at > after)
        .order_by(Bulletin.updated_at, Bulletin.slug)
    )
    return [
        (row.updated_at, _announce(row, row.updated_at, base_url))
        for row in session.scalars(query)
        if row.updated_at is not None
    ]


def _announce(row: Bulletin, at: datetime, base_url: str) -> Announcement:
    title = say_title(row.title, Audience(row.audience), row.dated_on)
    is_correction = bool(row.corrections) and row.published_at is not None and at > row.published_at
    notes = [
        f"Corrected on {say_moment(datetime.fromisoformat(noted_at))}: {words}"
        for noted_at, words in row.corrections
    ]
    parts = [title, f"{base_url}/bulletins/{row.slug}/", *notes, row.markdown.strip()]
    subject = f"Corrected: {title}" if is_correction else title
    return Announcement(
        cause="bulletins.published",
        key=f"{row.slug}@{at:%Y%m%dT%H%M%S}",
        template=TEMPLATE,
        subject=subject[:LONGEST_SUBJECT],
        text="\n\n".join(parts),
        choices=choices_of(Audience(row.audience), row.topics),
    )


def choices_of(audience: Audience, topics: Iterable[str]) -> frozenset[Choice]:
    """What somebody asked for who is told of a bulletin."""
    about = {Choice(Kind.TOPIC, topic) for topic in topics}
    return frozenset({Choice(Kind.AUDIENCE, audience.value), *about})
