"""Mail accepted and waiting: one file each, its delivery moment in the name, safe from kill -9.

A mail leaves by renames only. First its finished copies stand beside it as `*.ready`, then the
original goes, then each copy is renamed into its Maildir. Whenever that is cut short, the next
start either makes the copies afresh (the original stands, so no copy has left) or moves what is
still ready: nothing is lost and nothing comes twice.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from lamppost.worker.relay.folders import sync_folder, write_safely

WAITING = ".mail"
READY = ".ready"
SECOND = "D"  # marks a duplicate; queue ids are small letters and digits


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the relay decided about a mail when it accepted it, for one recipient."""

    queue_id: str
    mailbox: str
    recipient: str
    sender: str
    due_ms: int
    offset_s: float = 0.0
    junk: bool = False
    duplicate: bool = False

    @property
    def name(self) -> str:
        """The file's name; names sort by delivery moment."""
        return f"{self.due_ms:014d}.{self.queue_id}{WAITING}"


@dataclass(frozen=True, slots=True)
class Ready:
    """A finished copy on its way to a Maildir."""

    path: Path
    mailbox: str
    junk: bool
    unique: str


class MailQueue:
    """The folder of waiting mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for draft in folder.glob(".*.tmp"):
            draft.unlink()  # a kill cut it short; nobody was told that it was accepted

    def put(self, ticket: Ticket, content: bytes) -> None:
        """Keep a mail; on return it survives a kill and a power cut."""
        head = json.dumps(asdict(ticket)).encode() + b"\n"
        write_safely(self._folder / ticket.name, head + content, mode=0o600)

    def waiting(self) -> list[tuple[datetime, Path]]:
        """Every waiting mail with its delivery moment, the soonest first."""
        return sorted(
            (datetime.fromtimestamp(int(path.name.split(".")[0]) / 1000, UTC), path)
            for path in self._folder.glob(f"*{WAITING}")
            if path.name.split(".")[0].isdigit()
        )

    def read(self, path: Path) -> tuple[Ticket, bytes]:
        """A waiting mail: what was decided about it, and its bytes."""
        head, _, content = path.read_bytes().partition(b"\n")
        return Ticket(**json.loads(head)), content

    def set_aside(self, path: Path) -> Path:
        """Take a file nobody can read out of the way, kept for whoever wants to know why."""
        aside = path.with_suffix(".broken")
        path.replace(aside)
        return aside

    def make_ready(self, path: Path, ticket: Ticket, content: bytes, stamped_at: datetime) -> None:
        """Put the finished copies in place of a waiting mail, their file time as told."""
        moment = int(stamped_at.timestamp() * 1_000_000_000)
        for copy in ("", SECOND) if ticket.duplicate else ("",):
            place = "J" if ticket.junk else "I"
            unique = f"{ticket.due_ms // 1000}.Q{ticket.queue_id}{copy}"
            finished = self._folder / f"{unique}.{place}.{ticket.mailbox}{READY}"
            write_safely(finished, content, mode=0o600)
            os.utime(finished, ns=(moment, moment))
        path.unlink()
        sync_folder(self._folder)

    def ready(self) -> list[Ready]:
        """The finished copies whose original is gone: those that may leave."""
        held = {path.name.split(".")[1] for path in self._folder.glob(f"*{WAITING}")}
        found = []
        for path in sorted(self._folder.glob(f"*{READY}")):
            due, identity, place, mailbox = path.name.removesuffix(READY).split(".", 3)
            if identity.removeprefix("Q").removesuffix(SECOND) not in held:
                found.append(Ready(path, mailbox, place == "J", f"{due}.{identity}"))
        return found
