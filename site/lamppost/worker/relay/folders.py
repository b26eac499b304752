"""Where the practice relay keeps things, and which names may become folders."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

RELAY_HOST = "relay.practice.test"
DOMAIN = "practice.test"
MAILBOXES = ("incoming", "outgoing", "internal")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Folders:
    """Every path of the relay, all inside one folder so that a rename moves a mail in one step."""

    root: Path

    @property
    def queue(self) -> Path:
        """Mail accepted and not yet delivered."""
        return self.root / "queue"

    @property
    def script(self) -> Path:
        """The script that says how the relay behaves."""
        return self.root / "script.toml"

    @property
    def lock(self) -> Path:
        """Held by the one relay that works in this folder."""
        return self.root / "lock"

    @property
    def authority(self) -> Path:
        """The certificate a client must trust to trust the TLS port."""
        return self.root / "ca.pem"

    @property
    def server_certificate(self) -> Path:
        """The TLS port's private key and certificate."""
        return self.root / "server.pem"

    def inbox(self, mailbox: str) -> Path:
        """The Maildir of a mailbox."""
        return self.root / "mail" / mailbox

    def junk(self, mailbox: str) -> Path:
        """The Junk folder of a mailbox, named as Maildir++ names folders."""
        return self.inbox(mailbox) / ".Junk"

    def password_file(self, mailbox: str) -> Path:
        """Where the IMAP password of a mailbox is kept."""
        return self.root / f"{mailbox}.password"


def folders_in(data: Path) -> Folders:
    """The relay's paths inside a data folder."""
    return Folders(data.resolve() / "relay")


def is_mailbox_name(name: str) -> bool:
    """Whether a name may become a folder."""
    return _NAME.fullmatch(name) is not None


def mailbox_of(address: str) -> str | None:
    """The mailbox of a practice address, a +detail left out; None when it has none."""
    local, at, domain = address.lower().rpartition("@")
    name = local.split("+", 1)[0]
    return name if at and domain == DOMAIN and is_mailbox_name(name) else None


def make_maildir(path: Path) -> None:
    """Make the three folders of a Maildir where they are missing."""
    for part in ("tmp", "new", "cur"):
        (path / part).mkdir(parents=True, exist_ok=True)


def write_safely(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old content or the new, even after a power cut."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
