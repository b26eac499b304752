"""The commands that need an open folder: words in, the untagged lines of the answer out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lamppost.worker.relay.imap.fetch import flag_list, parse_items, render
from lamppost.worker.relay.imap.maildir import LETTERS, StoredMail
from lamppost.worker.relay.imap.view import FolderView
from lamppost.worker.relay.imap.words import CommandError, Word, text_of

_FLAG_NAMES = {flag.upper(): flag for flag in LETTERS}


class RefusedError(Exception):
    """The command is understood and cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command on an open folder."""

    view: FolderView
    words: list[Word]
    by_uid: bool
    indexed_before: datetime | None


def search(request: Request) -> list[bytes]:
    """SEARCH."""
    numbers = request.view.search(
        request.words, by_uid=request.by_uid, indexed_before=request.indexed_before
    )
    return [" ".join(["* SEARCH", *map(str, numbers)]).encode() + b"\r\n"]


def fetch(request: Request) -> list[bytes]:
    """FETCH; reading a section without PEEK marks the mail as seen."""
    numbers, wanted = _two(request.words)
    items = parse_items(wanted, by_uid=request.by_uid)
    marks_seen = request.view.writable and any(item.marks_seen for item in items)
    lines = []
    for number, found in request.view.chosen(numbers, by_uid=request.by_uid):
        mail = found
        if marks_seen and "\\Seen" not in mail.flags:
            mail = request.view.put_flags(number, mail.flags | {"\\Seen"})
        lines.append(render(number, mail, items))
    return lines


def store(request: Request) -> list[bytes]:
    """STORE."""
    if not request.view.writable:
        raise RefusedError("[READ-ONLY] The folder is open for reading only")
    if len(request.words) < 3:  # noqa: PLR2004 - a set, a verb and flags
        raise CommandError("STORE needs messages, FLAGS and the flags")
    numbers, verb_word, *flag_words = request.words
    verb = text_of(verb_word).upper()
    change = _CHANGES.get(verb.removesuffix(".SILENT"))
    if change is None:
        raise CommandError("STORE knows FLAGS, +FLAGS and -FLAGS")
    flags = read_flags(flag_words)
    lines = []
    for number, mail in request.view.chosen(numbers, by_uid=request.by_uid):
        changed = request.view.put_flags(number, change(mail.flags, flags))
        if not verb.endswith(".SILENT"):
            lines.append(_told(number, changed, by_uid=request.by_uid))
    return lines


def expunge(request: Request) -> list[bytes]:
    """EXPUNGE, of all or of a UID set; who vanished is told with the next look at the folder."""
    if not request.view.writable:
        raise RefusedError("[READ-ONLY] The folder is open for reading only")
    if request.by_uid and not request.words:
        raise CommandError("UID EXPUNGE needs a set of UIDs")
    request.view.expunge(request.words[0] if request.by_uid else None)
    return []


def check(_: Request) -> list[bytes]:
    """CHECK: everything is on disk already."""
    return []


def read_flags(words: list[Word]) -> frozenset[str]:
    """The flags in a list, or bare; those a Maildir cannot hold are left out, as the RFC allows."""
    flat = words[0] if len(words) == 1 and isinstance(words[0], list) else words
    return frozenset(
        _FLAG_NAMES[name]
        for name in (text_of(word).upper() for word in flat)
        if name in _FLAG_NAMES
    )


def _told(number: int, mail: StoredMail, *, by_uid: bool) -> bytes:
    uid = f" UID {mail.uid}" if by_uid else ""
    return f"* {number} FETCH (FLAGS {flag_list(mail)}{uid})\r\n".encode()


def _two(words: list[Word]) -> tuple[Word, Word]:
    if len(words) != 2:  # noqa: PLR2004 - messages and items
        raise CommandError("FETCH needs messages and what to fetch of them")
    return words[0], words[1]


_CHANGES: dict[str, Callable[[frozenset[str], frozenset[str]], frozenset[str]]] = {
    "FLAGS": lambda _, new: new,
    "+FLAGS": lambda old, new: old | new,
    "-FLAGS": lambda old, new: old - new,
}
COMMANDS: dict[str, Callable[[Request], list[bytes]]] = {
    "CHECK": check,
    "EXPUNGE": expunge,
    "FETCH": fetch,
    "SEARCH": search,
    "STORE": store,
}
BY_UID = frozenset({"EXPUNGE", "FETCH", "SEARCH", "STORE"})
