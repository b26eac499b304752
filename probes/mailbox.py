"""What the delay probe asks of a mailbox, whichever way it is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from probes.mail_stamps import Stamp

INBOX = "INBOX"
TEXT_LIMIT = 16 * 1024  # of a mail's text, beyond its header
NEWEST = 500  # of a folder, so that a mailbox shared with others is never read whole


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in the mailbox: where it lies, when it was filed, its header and first text."""

    folder: str
    name: str  # the mail's own name in its folder: a UID or a file name
    arrived: Stamp
    content: bytes

    @property
    def is_junk(self) -> bool:
        """Whether it was filed apart from the inbox."""
        return self.folder != INBOX


class Mailbox(Protocol):
    """An open mailbox; every call may raise ProberUnfitError when it cannot answer."""

    def look(self) -> Sequence[Letter]:
        """The mail not shown before since it was opened, the inbox before the junk folder."""
        ...

    def remove(self, letters: Sequence[Letter]) -> None:
        """Take these out for good, and nothing else."""
        ...

    def allow(self, seconds: float) -> None:
        """Give it so long from now; what takes longer is cut off."""
        ...
