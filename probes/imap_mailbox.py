"""The delay probe's mailbox over IMAP; it marks no mail as read and waits for no index."""

import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from probes.connection import Watchdog
from probes.faults import ProbeFaultError, ProberUnfitError
from probes.imap_session import imap_session
from probes.mail_stamps import WHOLE_SECOND_S, Stamp, read_internal_date
from probes.mailbox import INBOX, NEWEST, TEXT_LIMIT, Letter
from probes.reading import Clock
from probes.service import Service

# PEEK leaves mail unread. SEARCH is not asked: its index may lag minutes behind the mailbox.
_ITEMS = f"(UID INTERNALDATE BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.{TEXT_LIMIT}>)"
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]*)"')
_FIRST_LINE = re.compile(rb"^\d+ \(")


class ImapMailbox:
    """The inbox and the junk folder of an account, signed in."""

    def __init__(self, imap: imaplib.IMAP4, watchdog: Watchdog, junk_folder: str) -> None:
        self._imap = imap
        self._watchdog = watchdog
        self._folders = (INBOX, junk_folder)
        self._shown: dict[str, int] = {}

    def look(self) -> Sequence[Letter]:
        """The mail not shown before, the inbox first."""
        with _answering(self._watchdog):
            return [letter for folder in self._folders for letter in self._fresh(folder)]

    def remove(self, letters: Sequence[Letter]) -> None:
        """Delete these, and no mail that somebody else marked for deletion."""
        with _answering(self._watchdog):
            for folder in self._folders:
                uids = [letter.name for letter in letters if letter.folder == folder]
                if uids and self._select(folder, readonly=False) is not None:
                    self._delete(uids)

    def allow(self, seconds: float) -> None:
        """Give the conversation its time anew."""
        self._watchdog.allow(seconds)

    def _select(self, folder: str, *, readonly: bool) -> int | None:
        """How many mails it holds; None when there is no such folder."""
        name = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        kind, data = self._imap.select(name, readonly=readonly)
        if kind == "OK":
            return int(data[0] or 0)
        if folder == INBOX:
            raise ProberUnfitError("mailbox", "It has no inbox to open.")
        return None

    def _fresh(self, folder: str) -> list[Letter]:
        count = self._select(folder, readonly=True)
        if not count:
            return []
        last = self._shown.get(folder)
        if last is None:
            kind, data = self._imap.fetch(f"{max(1, count - NEWEST + 1)}:*", _ITEMS)
        else:
            # `n:*` always names the newest mail, old or new, so older ones are left out below.
            kind, data = self._imap.uid("FETCH", f"{last + 1}:*", _ITEMS)
        if kind != "OK":
            raise ProberUnfitError("mailbox", f"It would not show its mail: {data}.")
        letters = [letter for letter in read_fetch(data, folder) if int(letter.name) > (last or 0)]
        self._shown[folder] = max((int(letter.name) for letter in letters), default=last or 0)
        return letters

    def _delete(self, uids: Sequence[str]) -> None:
        named = ",".join(uids)
        self._imap.uid("STORE", named, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._imap.capabilities:
            self._imap.uid("EXPUNGE", named)
            return
        # Without UIDPLUS an EXPUNGE takes everything marked, so it waits until all is our own.
        _, data = self._imap.uid("SEARCH", "DELETED")
        if set((data[0] or b"").decode().split()) <= set(uids):
            self._imap.expunge()


@contextmanager
def open_imap(
    service: Service, junk_folder: str, *, seconds: float, clock: Clock
) -> Iterator[ImapMailbox]:
    """The mailbox of an account, signed in.

    Raises:
        ProberUnfitError: it cannot be reached or refuses the sign-in; the sentence says which.
    """
    with ExitStack() as stack:
        watchdog = stack.enter_context(Watchdog(seconds, clock))
        with _answering(watchdog):
            imap = stack.enter_context(imap_session(service, watchdog))
        yield ImapMailbox(imap, watchdog, junk_folder)


@contextmanager
def _answering(watchdog: Watchdog) -> Iterator[None]:
    """Whatever the mailbox does wrong leaves the block as the prober's unfitness."""
    try:
        yield
    except ProbeFaultError as fault:
        is_own = isinstance(fault, ProberUnfitError)
        raise _unfit(fault, fault.reason if is_own else "mailbox") from fault
    except imaplib.IMAP4.abort as error:
        raise _unfit(watchdog.explain(EOFError()), "mailbox") from error
    except imaplib.IMAP4.error as error:
        refusal = ProberUnfitError("mailbox", f"It answered: {error}.")
        raise _unfit(refusal, "mailbox") from error
    except OSError as error:
        raise _unfit(watchdog.explain(error), "mailbox") from error


def _unfit(fault: ProbeFaultError, reason: str) -> ProberUnfitError:
    said = fault.text[:1].lower() + fault.text[1:]
    return ProberUnfitError(reason, f"The probe's mailbox cannot be used: {said}")


def read_fetch(data: Sequence[Any], folder: str) -> list[Letter]:
    """The letters in the answer to a FETCH, whichever order the server gives the items in."""
    gathered: list[tuple[list[bytes], dict[bytes, bytes]]] = []
    for item in data:
        line, literal = item if isinstance(item, tuple) else (item or b"", b"")
        if _FIRST_LINE.match(line):
            gathered.append(([], {}))
        if gathered:
            lines, sections = gathered[-1]
            lines.append(line)
            if isinstance(item, tuple):
                sections[b"HEADER" if b"BODY[HEADER]" in line.upper() else b"TEXT"] = literal
    read = (_letter(b" ".join(lines), sections, folder) for lines, sections in gathered)
    return [letter for letter in read if letter is not None]


def _letter(line: bytes, sections: dict[bytes, bytes], folder: str) -> Letter | None:
    uid, date = _UID.search(line), _DATE.search(line)
    if uid is None:
        return None  # news of another mail's flags
    filed_at = read_internal_date(date.group(1).decode("latin-1")) if date else None
    arrived = Stamp(filed_at or datetime.fromtimestamp(0, UTC), WHOLE_SECOND_S)
    content = sections.get(b"HEADER", b"") + sections.get(b"TEXT", b"")
    return Letter(folder, uid.group(1).decode(), arrived, content)
