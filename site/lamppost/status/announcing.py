"""What subscribers are told of the status, in the very words the operators' preview showed."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256 as digest_bytes

from sqlalchemy.orm import Session

from lamppost.status.events import list_status_events
from lamppost.status.hssis.reads import get_hssi
from lamppost.status.messages import message_about
from lamppost.status.notices import EventKind, Hssi, StatusEvent
from lamppost.status.plans.reads import get_change
from lamppost.status.reads import list_components
from lamppost.subscribers.actions import Announcement
from lamppost.subscribers.rules import Choice, Kind

SOURCE = "status"
TEMPLATE = "status-event-1"
LONGEST_SUBJECT = 200
# More between two looks is a log read whole for the first time, which nobody wants as mail.
MOST = 200


def list_announcements(
    session: Session, *, after: datetime, base_url: str
) -> list[tuple[datetime, Announcement]]:
    """Each update of an HSSI and each thing announced since a moment, oldest first, once each."""
    events = [one for one in list_status_events(session, limit=MOST) if one.updated_at > after]
    events.sort(key=lambda one: (one.updated_at, one.tag_name))
    everything = frozenset(one.slug for one in list_components(session))
    return [(one.updated_at, _announce(session, one, everything, base_url)) for one in events]


def _announce(
    session: Session, event: StatusEvent, everything: frozenset[str], base_url: str
) -> Announcement:
    hssi = _hssi_then(session, event) if event.kind is EventKind.HSSI else None
    message = message_about(event, base_url=base_url, hssi=hssi)
    named = _named(session, event, hssi) or everything
    return Announcement(
        cause=f"status.{event.kind}",
        key=digest_bytes(f"{event.tag_name}@{event.updated_at.isoformat()}".encode()).hexdigest(),
        template=TEMPLATE,
        subject=message.subject[:LONGEST_SUBJECT],
        text=message.text,
        choices=frozenset(Choice(Kind.COMPONENT, slug) for slug in named),
    )


def _hssi_then(session: Session, event: StatusEvent) -> Hssi | None:
    """The HSSI as it was told by one update: an older message says what was true then."""
    _, ref, number = event.tag_name.rsplit("/", 2)
    hssi = get_hssi(session, ref)
    if hssi is None:
        return None
    updates = tuple(one for one in hssi.updates if one.number <= int(number))
    is_last = len(updates) == len(hssi.updates)
    return hssi if is_last else replace(hssi, updates=updates, next_update_due_at=None)


def _named(session: Session, event: StatusEvent, hssi: Hssi | None) -> frozenset[str]:
    """The parts it names; none stands for all of them."""
    if hssi is not None:
        return frozenset(hssi.components)
    if event.kind is EventKind.CHANGE:
        ref = event.tag_name.partition("/")[2]
        change = get_change(session, ref, now=event.updated_at)
        return frozenset(change.components) if change else frozenset()
    return frozenset()
