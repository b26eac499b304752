"""What becomes of a mail at the end of DATA: put off, lost on purpose, or queued by the script."""

import hashlib
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import uuid4

from lamppost.worker.relay.folders import mailbox_of
from lamppost.worker.relay.headers import accepted_line, mangled
from lamppost.worker.relay.queue import MailQueue, Ticket
from lamppost.worker.relay.script import Behaviour, Script

REMEMBERED_DEFERRALS = 10_000


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it came in."""

    helo: str
    peer: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Given:
    """What held for a mailbox at the moment the mail was taken."""

    mailbox: str
    behaviour: Behaviour
    now: datetime


class Intake:
    """Remembers tries and counts, so that "the first two" and "every third" mean that."""

    def __init__(self, queue: MailQueue) -> None:
        self._queue = queue
        self._tries: OrderedDict[str, int] = OrderedDict()
        self._taken: Counter[str] = Counter()
        self._counting = Lock()  # mail is taken in threads, because disks are slow to promise

    def is_put_off(self, letter: Letter, script: Script) -> bool:
        """Whether this try is to be answered 451; counts the try."""
        wanted = max(_behaviour(script, address).defer for address in letter.recipients)
        parts = (letter.sender, *letter.recipients)
        key = hashlib.sha256("\0".join(parts).encode() + letter.content).hexdigest()
        tries = self._tries.pop(key, 0)
        if tries >= wanted:
            return False
        self._tries[key] = tries + 1
        if len(self._tries) > REMEMBERED_DEFERRALS:
            self._tries.popitem(last=False)
        return True

    def take(self, letter: Letter, script: Script, now: datetime) -> str:
        """Queue the mail for each recipient as the script says; gives the queue id.

        On return it survives a kill. Mail the script loses is accepted all the same.

        Raises:
            OSError: the disk would not have it.
        """
        queue_id = uuid4().hex[:16]
        for number, address in enumerate(letter.recipients):
            mailbox = mailbox_of(address) or ""
            given = _Given(mailbox, script.behaviour(mailbox), now)
            if not self._is_lost(given):
                own_id = f"{queue_id}-{number}" if number else queue_id
                self._enqueue(letter, address, own_id, given)
        return queue_id

    def _enqueue(self, letter: Letter, address: str, queue_id: str, given: _Given) -> None:
        due_at = given.now + timedelta(seconds=given.behaviour.delay_s)
        ticket = Ticket(
            queue_id=queue_id,
            mailbox=given.mailbox,
            recipient=address,
            sender=letter.sender,
            due_ms=int(due_at.timestamp() * 1000),
            offset_s=given.behaviour.clock_offset_s,
            junk=given.behaviour.junk,
            duplicate=given.behaviour.duplicate,
        )
        line = accepted_line(
            helo=letter.helo,
            peer=letter.peer,
            queue_id=queue_id,
            recipient=address,
            at=given.now + timedelta(seconds=given.behaviour.clock_offset_s),
        )
        content = letter.content.replace(b"\r\n", b"\n")  # as a Maildir keeps mail
        self._queue.put(ticket, line + (mangled(content) if given.behaviour.mangle else content))

    def _is_lost(self, given: _Given) -> bool:
        """Shares are spread evenly: of 0.5 every second is lost, the same in every run."""
        with self._counting:
            self._taken[given.mailbox] += 1
            count = self._taken[given.mailbox]
        by_share = int(count * given.behaviour.drop) > int((count - 1) * given.behaviour.drop)
        return by_share or (
            given.behaviour.drop_every > 0 and count % given.behaviour.drop_every == 0
        )


def _behaviour(script: Script, address: str) -> Behaviour:
    return script.behaviour(mailbox_of(address) or "")
