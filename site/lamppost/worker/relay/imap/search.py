"""IMAP SEARCH: words in, a test for one mail out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cached_property

from lamppost.worker.relay.imap.maildir import LETTERS, StoredMail
from lamppost.worker.relay.imap.words import CommandError, Word, is_set, ranges, text_of

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})")


@dataclass(frozen=True)
class Candidate:
    """A mail under test, read only when a test asks for what is in it."""

    number: int
    mail: StoredMail

    @cached_property
    def content(self) -> bytes:
        """The bytes of the mail."""
        return self.mail.content()

    @cached_property
    def message(self) -> EmailMessage:
        """The mail with headers and texts decoded."""
        return message_from_bytes(self.content, policy=policy.default)

    def header(self, name: str) -> str | None:
        """All values of a header, decoded; None when it has none."""
        if name not in self.message:
            return None
        return _safely(lambda: "\n".join(str(item) for item in self.message.get_all(name, [])))

    @cached_property
    def body(self) -> str:
        """Every text part, decoded."""
        parts = [part for part in self.message.walk() if part.get_content_maintype() == "text"]
        return "\n".join(_safely(part.get_content) for part in parts)

    @cached_property
    def head(self) -> str:
        """The headers as they came."""
        return self.content.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")


Test = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """What * stands for in sets of numbers."""

    highest_number: int
    highest_uid: int


def parse_search(words: list[Word], scope: Scope) -> Test:
    """One test for all the words of a SEARCH; a candidate must pass every one."""
    rest = list(words)
    if rest and text_of_atom(rest[0]) == "CHARSET":
        rest.pop(0)
        if text_of(_take(rest)).upper() not in {"UTF-8", "US-ASCII"}:
            raise CommandError("[BADCHARSET (US-ASCII UTF-8)] That character set is not known")
    if not rest:
        raise CommandError("SEARCH needs something to look for")
    tests = []
    while rest:
        tests.append(_next_test(rest, scope))
    return lambda candidate: all(test(candidate) for test in tests)


def text_of_atom(word: Word) -> str:
    """A word in capitals, or nothing for a list."""
    return "" if isinstance(word, list) else word.decode("ascii", "replace").upper()


def _next_test(rest: list[Word], scope: Scope) -> Test:
    word = _take(rest)
    if isinstance(word, list):
        return parse_search(word, scope)
    key = text_of_atom(word)
    if key == "NOT":
        inner = _next_test(rest, scope)
        return lambda candidate: not inner(candidate)
    if key == "OR":
        first, second = _next_test(rest, scope), _next_test(rest, scope)
        return lambda candidate: first(candidate) or second(candidate)
    if is_set(word):
        numbers = ranges(word, scope.highest_number)
        return lambda candidate: any(candidate.number in part for part in numbers)
    if key == "UID":
        uids = ranges(_take(rest), scope.highest_uid)
        return lambda candidate: any(candidate.mail.uid in part for part in uids)
    return _STATE_TESTS.get(key) or _test_with_value(key, rest)


def _test_with_value(key: str, rest: list[Word]) -> Test:
    value = text_of(_take(rest))
    if key == "HEADER":
        return _header_test(value, text_of(_take(rest)).casefold())
    if key.removeprefix("SENT") in _DATE_TESTS:
        return _date_test(key, _read_date(value))
    if key in {"LARGER", "SMALLER"} and value.isdigit():
        sign = 1 if key == "LARGER" else -1
        return lambda candidate: sign * (len(candidate.content) - int(value)) > 0
    read = _TEXTS.get(key)
    if read is None:
        raise CommandError(f"SEARCH {key} is not offered by the practice relay")
    folded = value.casefold()
    return lambda candidate: folded in read(candidate).casefold()


def _header_test(name: str, folded: str) -> Test:
    def has_it(candidate: Candidate) -> bool:
        found = candidate.header(name)
        return found is not None and folded in found.casefold()

    return has_it


def _date_test(key: str, wanted: date) -> Test:
    compare = _DATE_TESTS[key.removeprefix("SENT")]
    if not key.startswith("SENT"):
        return lambda candidate: compare(candidate.mail.arrived_at().date(), wanted)

    def is_sent(candidate: Candidate) -> bool:
        try:
            sent_at = parsedate_to_datetime(candidate.header("Date") or "")
        except ValueError:
            return False
        return compare(sent_at.date(), wanted)

    return is_sent


def _read_date(text: str) -> date:
    found = _DATE.fullmatch(text)
    try:
        if found is not None:
            month = MONTHS.index(found[2].title()) + 1
            return datetime(int(found[3]), month, int(found[1]), tzinfo=UTC).date()
    except ValueError:
        pass
    raise CommandError("A date looks like 9-Apr-2018")


def _take(rest: list[Word]) -> Word:
    if not rest:
        raise CommandError("SEARCH ends too soon")
    return rest.pop(0)


def _safely(read: Callable[[], object]) -> str:
    """What strangers write in headers and character sets must not stop a search."""
    try:
        return str(read())
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


_DATE_TESTS: dict[str, Callable[[date, date], bool]] = {
    "SINCE": lambda arrived, wanted: arrived >= wanted,
    "BEFORE": lambda arrived, wanted: arrived < wanted,
    "ON": lambda arrived, wanted: arrived == wanted,
}
_TEXTS: dict[str, Callable[[Candidate], str]] = {
    "BODY": lambda candidate: candidate.body,
    "TEXT": lambda candidate: f"{candidate.head}\n{candidate.body}",
    "BCC": lambda candidate: candidate.header("Bcc") or "",
    "CC": lambda candidate: candidate.header("Cc") or "",
    "FROM": lambda candidate: candidate.header("From") or "",
    "SUBJECT": lambda candidate: candidate.header("Subject") or "",
    "TO": lambda candidate: candidate.header("To") or "",
}


def _flag_test(flag: str, *, wanted: bool) -> Test:
    return lambda candidate: (flag in candidate.mail.flags) is wanted


_STATE_TESTS: dict[str, Test] = {
    "ALL": lambda _: True,
    "OLD": lambda candidate: not candidate.mail.is_recent,
    "RECENT": lambda candidate: candidate.mail.is_recent,
    "NEW": lambda candidate: candidate.mail.is_recent and "\\Seen" not in candidate.mail.flags,
    **{flag[1:].upper(): _flag_test(flag, wanted=True) for flag in LETTERS},
    **{f"UN{flag[1:].upper()}": _flag_test(flag, wanted=False) for flag in LETTERS},
}
