"""What readers would get: the act is done for real in a transaction that is taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lamppost.database import unit_of_work
from lamppost.status.messages import Message, message_about
from lamppost.status.notices import Hssi, StatusEvent
from lamppost.status.reads import list_status_events
from lamppost.web.context import db, settings

# The event tried out is the newest or near it.
LOOKED_THROUGH = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """The newest entry of the feeds and the message, exactly as they would be."""

    event: StatusEvent
    message: Message
    tag: str  # the entry's id
    thing: Any  # what was made, as the reads give it

    @property
    def hssi(self) -> Hssi | None:
        """The HSSI it is about, if it is about one."""
        return self.thing if isinstance(self.thing, Hssi) else None


def try_out(
    act: Callable[[Session], object], look: Callable[[Session], tuple[str, Any]]
) -> Preview:
    """Do it, look at it, take it back.

    Args:
        act: what publishing would do; what it raises is raised.
        look: gives the beginning of the event's tag name, and what was made.
    """
    with unit_of_work(db.engine) as made:
        act(made)
        made.flush()
        begins, thing = look(made)
        events = list_status_events(made, limit=LOOKED_THROUGH)
        event = next(one for one in events if one.tag_name.startswith(begins))
        # Nothing is stored: the unit of work commits an empty transaction.
        made.rollback()
    site = settings()
    hssi = thing if isinstance(thing, Hssi) else None
    message = message_about(event, base_url=site.base_url, hssi=hssi)
    tag = f"tag:{site.tag_authority},{event.tag_year}:{event.tag_name}"
    return Preview(event, message, tag, thing)
