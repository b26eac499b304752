"""A real SMTP server that files mail in a Maildir as a test says, and the delay probe before it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lamppost.clock import FixedClock
from live import free_port
from memory_journal import MemoryJournal
from probes.reading import JsonValue, Levels, Outcome, Reading, Target
from probes.relay_delay import probe

HOST = "mx.hospital.test"
LEVELS = Levels(slow_above=60, slow_below=30, lost_after=600)


class Stage:
    """Mail comes in over real SMTP; how and when it is filed is up to the test."""

    def __init__(self, maildir: Path, clock: FixedClock) -> None:
        self.maildir, self.clock, self.journal = maildir, clock, MemoryJournal()
        self.port = 0
        self.answers: list[str] = []  # instead of 250, one for each try
        self.holds = False
        self.held: list[bytes] = []
        self.offset_s = 0.0
        self.options: dict[str, JsonValue] = {}
        self._numbers = count()
        for folder in (maildir, maildir / ".Junk"):
            for part in ("tmp", "new", "cur"):
                (folder / part).mkdir(parents=True)

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks hooks up by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.held.append(envelope.original_content or b"")
        if not self.holds:
            self.deliver()
        return "250 2.0.0 Ok"

    def deliver(self, *, folder: str = "", copies: int = 1, edit: Any = None) -> None:
        """File what is held, stamped with the clock's moment and the server's offset."""
        at = self.clock.now() + timedelta(seconds=self.offset_s)
        received = f"Received: from a by {HOST} with LMTP;\r\n\t{format_datetime(at)}\r\n"
        held, self.held = self.held, []
        for mail in held * copies:
            content = edit(mail) if edit else mail
            path = self.maildir / folder / "new" / f"{int(at.timestamp())}.{next(self._numbers)}"
            path.write_bytes(received.encode() + content)
            os.utime(path, (at.timestamp(), at.timestamp()))

    def look(self, levels: Levels = LEVELS, *, timeout: float = 5) -> tuple[Reading, ...]:
        """One run, its end not stored."""
        options: dict[str, JsonValue] = {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "mail_from": "probe@hospital.test",
            "rcpt_to": "incoming@hospital.test",
            "mailbox": "maildir",
            "path": str(self.maildir),
            "trusted_hosts": [HOST],
            **self.options,
        }
        target = Target("incoming", options, levels)
        return probe(target, self.journal, timeout=timeout, clock=self.clock).readings

    def run(self, levels: Levels = LEVELS) -> tuple[Reading, ...]:
        """One run, stored."""
        readings = self.look(levels)
        self.journal.store(readings)
        return readings

    def letters(self) -> list[Path]:
        """The files in the mailbox."""
        return sorted(self.maildir.glob("**/new/*"))


@contextmanager
def staged(maildir: Path, clock: FixedClock) -> Iterator[Stage]:
    """A stage whose server runs."""
    stage = Stage(maildir, clock)
    stage.port = free_port()
    controller = Controller(stage, hostname="127.0.0.1", port=stage.port)
    controller.start()
    try:
        yield stage
    finally:
        controller.stop()


def only(readings: tuple[Reading, ...], outcome: Outcome = Outcome.OK) -> Reading:
    """The one reading there should be."""
    assert [reading.outcome for reading in readings] == [outcome], readings
    return readings[0]
