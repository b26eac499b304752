"""The words of IMAP APPEND: a folder, perhaps flags, perhaps a date, and the mail."""

import re
from dataclasses import dataclass
from datetime import datetime

from lamppost.worker.relay.imap.search import MONTHS
from lamppost.worker.relay.imap.selected import read_flags
from lamppost.worker.relay.imap.words import CommandError, Word, text_of

_MOMENT = re.compile(r"([ \d]?\d)-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})")


@dataclass(frozen=True, slots=True)
class Appended:
    """A mail to be put into a folder; `at` is None where the server is to stamp it."""

    folder: str
    flags: frozenset[str]
    at: datetime | None
    content: bytes


def read_append(words: list[Word]) -> Appended:
    """What an APPEND asks for.

    Raises:
        CommandError: it cannot be read.
    """
    if len(words) < 2 or isinstance(words[-1], list):  # noqa: PLR2004 - a folder and a mail
        raise CommandError("APPEND needs a folder and a message")
    options = words[1:-1]
    flags = read_flags([options.pop(0)]) if options and isinstance(options[0], list) else None
    at = _moment(text_of(options.pop(0))) if options else None
    if options:
        raise CommandError("APPEND takes flags, a date and a message")
    return Appended(text_of(words[0]), flags or frozenset(), at, words[-1])


def _moment(text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    try:
        if found is not None:
            month = MONTHS.index(found[2].title()) + 1
            rest = f"{found[3]}-{month:02d}-{int(found[1]):02d} {found[4]} {found[5]}"
            return datetime.strptime(rest, "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        pass
    raise CommandError('A moment looks like "09-Apr-2018 08:00:00 +0000"')
