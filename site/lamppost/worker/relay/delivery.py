"""From the queue into Maildirs: what is due leaves, each mail exactly once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from lamppost.worker.relay.folders import Folders, make_maildir, sync_folder
from lamppost.worker.relay.headers import delivered_lines
from lamppost.worker.relay.queue import MailQueue

AT_ONCE = 100  # so that the relay can stop in the middle of a storm


def deliver_due(
    queue: MailQueue, folders: Folders, now: datetime, report: Callable[[str], None]
) -> datetime | None:
    """Deliver what is due, a hundred at a time; gives the moment the next mail will be."""
    next_at = None
    for number, (due_at, path) in enumerate(queue.waiting()):
        if due_at > now or number == AT_ONCE:
            next_at = due_at
            break
        try:
            ticket, content = queue.read(path)
        except (ValueError, TypeError):
            aside = queue.set_aside(path)
            report(f"{aside}: this queued mail cannot be read; it was set aside.")
            continue
        stamped_at = now + timedelta(seconds=ticket.offset_s)
        lines = delivered_lines(
            queue_id=ticket.queue_id,
            sender=ticket.sender,
            recipient=ticket.recipient,
            at=stamped_at,
        )
        queue.make_ready(path, ticket, lines + content, stamped_at)
    _move_ready(queue, folders)
    return next_at


def _move_ready(queue: MailQueue, folders: Folders) -> None:
    for copy in queue.ready():
        maildir = folders.junk(copy.mailbox) if copy.junk else folders.inbox(copy.mailbox)
        make_maildir(maildir)
        copy.path.replace(maildir / "new" / copy.unique)
        sync_folder(maildir / "new")
