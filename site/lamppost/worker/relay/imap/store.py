"""What every IMAP session shares: folders by name, passwords, the script and the clock."""

import re
from collections.abc import Callable

from lamppost.clock import Clock
from lamppost.worker.relay import passwords
from lamppost.worker.relay.folders import Folders
from lamppost.worker.relay.imap.maildir import MaildirFolder
from lamppost.worker.relay.imap.selected import RefusedError
from lamppost.worker.relay.imap.words import CommandError, quoted
from lamppost.worker.relay.script import Script

INBOX = "INBOX"
JUNK = "Junk"


class Store:
    """The folders of all mailboxes; each is one object however many sessions have it open."""

    def __init__(self, folders: Folders, script: Callable[[], Script], clock: Clock) -> None:
        self._folders = folders
        self._open: dict[tuple[str, str], MaildirFolder] = {}
        self.script = script
        self.clock = clock

    def is_password(self, name: str, password: str) -> bool:
        """Whether this is the mailbox's password."""
        return passwords.is_password(self._folders, name, password)

    def folder(self, mailbox: str, name: str) -> MaildirFolder:
        """A folder of a mailbox by its IMAP name.

        Raises:
            RefusedError: there is none of that name.
        """
        known = {INBOX: INBOX, JUNK.upper(): JUNK}.get(name.upper())
        if known is None:
            raise RefusedError("[NONEXISTENT] There is no such folder; there are INBOX and Junk")
        key = (mailbox, known)
        if key not in self._open:
            path = self._folders.junk(mailbox) if known == JUNK else self._folders.inbox(mailbox)
            self._open[key] = MaildirFolder(path)
        return self._open[key]

    def list_folders(self, command: str, pattern: str) -> list[str]:
        """The untagged lines of LIST; an empty pattern asks for the delimiter alone."""
        if not pattern:
            return [f'* {command} (\\Noselect) "/" ""']
        wanted = re.compile(
            "".join(".*" if sign in "*%" else re.escape(sign) for sign in pattern), re.IGNORECASE
        )
        marks = {INBOX: "\\HasNoChildren", JUNK: "\\HasNoChildren \\Junk"}
        return [
            f'* {command} ({mark}) "/" {name}'
            for name, mark in marks.items()
            if wanted.fullmatch(name)
        ]

    def status_line(self, mailbox: str, name: str, items: list[str]) -> str:
        """The untagged line of STATUS."""
        folder = self.folder(mailbox, name)
        mail = folder.list_mail()
        values = {
            "MESSAGES": len(mail),
            "RECENT": sum(one.is_recent for one in mail),
            "UIDNEXT": folder.next_uid,
            "UIDVALIDITY": folder.validity,
            "UNSEEN": sum("\\Seen" not in one.flags for one in mail),
        }
        if not items or set(items) - set(values):
            raise CommandError(f"STATUS knows {' '.join(values)}")
        told = " ".join(f"{item} {values[item]}" for item in items)
        return f"* STATUS {quoted(name)} ({told})"
