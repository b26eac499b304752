"""The words of the message a reader gets about something published. Pure.

One subject line a mail client can sort by, the state first in the body, London times, and the way
to the page: a message about a mail fault may be late, and says where the truth stands.
"""

from dataclasses import dataclass

from lamppost.status.notices import EventKind, Hssi, StatusEvent
from lamppost.wording import say_moment

_LATE = "Mail about a fault of mail can be late. The page above is always the newest."


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    subject: str
    text: str


def message_about(event: StatusEvent, *, base_url: str, hssi: Hssi | None = None) -> Message:
    """The message of an event; `hssi` is the incident an HSSI event is about."""
    if hssi is not None and hssi.updates:
        return _about_hssi(event, hssi, base_url)
    lines = [event.text or event.title, f"{base_url}{event.path}"]
    return Message(event.title, "\n\n".join(lines))


def _about_hssi(event: StatusEvent, hssi: Hssi, base_url: str) -> Message:
    """In the wording of the service's own announcements: `INC28274463 - HSSI - RESOLVED`."""
    last = hssi.updates[-1]
    lines = [
        f"{last.state.upper()} - {last.summary}",
        last.words,
        f"{hssi.severity_words}. Raised {say_moment(hssi.raised_at)}.",
    ]
    if hssi.next_update_due_at is not None and hssi.is_open:
        lines.append(f"The next update is due by {say_moment(hssi.next_update_due_at)}.")
    lines += [f"{base_url}{event.path}", _LATE]
    kind = "Security notice" if hssi.kind == "security" else "HSSI"
    assert event.kind is EventKind.HSSI  # nosec B101 # noqa: S101 - the caller matches the two
    return Message(f"{hssi.ref} - {kind} - {last.state.upper()}: {hssi.title}", "\n\n".join(lines))
