"""Bytes to header fields, cut as every kind of reader would cut them. Linear; never an exception.

Readers differ on where a line and a header end (RFC 5322 section 2.2 against what is in use), so a
field that only some of them see is kept, and says by its oddity who would see it.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

# What is read of a header at most, in bytes; a longer one is malformed.
LONGEST_HEADER = 1_048_576
# How far into a body a header may have slipped, in bytes.
_SLIPPED = 65_536
_END = re.compile(rb"\n\r?\n")
_BARE_CR = re.compile(rb"\r(?!\n)")
_NAME = re.compile(rb"[!-9;-~]+")
_NOT_NAME = re.compile(rb"[^A-Za-z0-9-]+")
_MBOX_LINE = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_HEADER_LIKE = re.compile(rb"[!-9;-~]+[ \t]*:")
# The fields whose name is looked for in what is no field by the standard.
_WANTED = frozenset({b"from", b"sender", b"reply-to", b"resent-from"})
_LONGEST_NAME = 200
_FROM_LINE = re.compile(rb"[ \t]*(?i:from)[^A-Za-z0-9:]*:")
_USUAL_LINE = re.compile(rb"[A-Za-z0-9_.-]+[ \t]*:|\Z")


class Oddity(StrEnum):
    """How a field or a header is wrong, in the order it is said."""

    HEADER_TOO_LONG = "header-too-long"
    NO_HEADER = "no-header"
    BROKEN_LINE = "broken-header-line"
    FIRST_LINE_INDENTED = "first-line-indented"
    SPACE_BEFORE_COLON = "space-before-colon"
    ODD_FIELD_NAME = "odd-field-name"
    BARE_CR = "bare-carriage-return"
    MIXED_LINE_ENDS = "mixed-line-ends"
    IN_BODY = "header-in-the-body"


class Field(NamedTuple):
    """A header field: its name in small letters, its value as it stands, and the whole of it."""

    name: str
    value: bytes
    raw: bytes
    oddity: Oddity | None = None


class RawMessage(NamedTuple):
    """A message cut apart: its fields in order, what is odd, and where its body begins."""

    fields: tuple[Field, ...]
    oddities: tuple[Oddity, ...]
    body_at: int


def cut(message: bytes) -> RawMessage:
    """Cut a message into fields and body; any bytes at all give an answer."""
    start = mbox.end() if (mbox := _MBOX_LINE.match(message, 0, LONGEST_HEADER)) else 0
    oddities: list[Oddity] = []
    if message[start : start + 1] in (b"\n", b"") or message[start : start + 2] == b"\r\n":
        oddities.append(Oddity.NO_HEADER)
        body_at, head = start, b""
    else:
        end = _END.search(message, start, start + LONGEST_HEADER)
        body_at = end.end() if end else min(len(message), start + LONGEST_HEADER)
        head = message[start : end.start() if end else body_at]
        if body_at < len(message) and not end:
            oddities.append(Oddity.HEADER_TOO_LONG)
    fields = list(_list_fields(head, oddities))
    if oddities or not all(_is_usual_name(field.name) for field in fields):
        fields.extend(_list_joined(head))
    if not any(field.name == "from" for field in fields):
        fields.extend(_list_slipped(message[body_at : body_at + _SLIPPED]))
    return RawMessage(tuple(fields), tuple(dict.fromkeys(oddities)), body_at)


def _list_fields(head: bytes, oddities: list[Oddity]) -> Iterator[Field]:
    ends = head.count(b"\r\n")
    if ends:
        # The last line's own end was left out of the head.
        if ends < head.count(b"\n"):
            oddities.append(Oddity.MIXED_LINE_ENDS)
        head = head.replace(b"\r\n", b"\n")
    head = head.removesuffix(b"\r")
    has_bare_cr = _BARE_CR.search(head) is not None
    if has_bare_cr:
        oddities.append(Oddity.BARE_CR)
    for line in _unfold(head):
        name, colon, value = line.partition(b":")
        if colon and _NAME.fullmatch(name):
            yield Field(name.lower().decode("ascii"), value, line)
        elif line:
            yield from _read_odd(name, value, line, oddities)
        if has_bare_cr and b"\r" in line:
            yield from _list_after_cr(line)


def _unfold(head: bytes) -> Iterator[bytes]:
    """The lines of a header with those that continue them, still folded."""
    waiting: list[bytes] = []
    for line in head.split(b"\n"):
        if waiting and line[:1] in (b" ", b"\t"):
            waiting.append(line)
            continue
        if waiting:
            yield waiting[0] if len(waiting) == 1 else b"\n".join(waiting)
        waiting = [line]
    if waiting:
        yield waiting[0] if len(waiting) == 1 else b"\n".join(waiting)


def _read_odd(name: bytes, value: bytes, line: bytes, oddities: list[Oddity]) -> Iterator[Field]:
    """A line that is no field by the standard, and the field a lenient reader makes of it."""
    if line[:1] in (b" ", b"\t"):
        oddity = Oddity.FIRST_LINE_INDENTED
    elif _NAME.fullmatch(name.rstrip()):
        oddity = Oddity.SPACE_BEFORE_COLON if b":" in line else Oddity.BROKEN_LINE
    else:
        oddity = Oddity.ODD_FIELD_NAME if b":" in line else Oddity.BROKEN_LINE
    oddities.append(oddity)
    wanted = _NOT_NAME.sub(b"", name[:_LONGEST_NAME]).lower()
    if b":" in line and wanted in _WANTED:
        yield Field(wanted.decode("ascii"), value, line, oddity)


def _is_usual_name(name: str) -> bool:
    return name.isalnum() or name.replace("-", "").isalnum()


def _list_joined(head: bytes) -> Iterator[Field]:
    """Each From with the broken lines after it, for readers that take them for its continuation."""
    lines = list(_unfold(head.replace(b"\r\n", b"\n")))
    at = 0
    while at < len(lines):
        start, at = at, at + 1
        if not _FROM_LINE.match(lines[start]):
            continue
        while at < len(lines) and not _USUAL_LINE.match(lines[at]):
            at += 1
        if at > start + 1:
            whole = b" ".join(lines[start:at])
            value = whole.partition(b":")[2].replace(b"\n", b"")
            yield Field("from", value, whole, Oddity.BROKEN_LINE)


def _list_after_cr(line: bytes) -> Iterator[Field]:
    """The fields that a reader sees to whom a bare carriage return ends a line."""
    for part in line.split(b"\r")[1:]:
        if not part:
            return
        name, colon, value = part.partition(b":")
        wanted = _NOT_NAME.sub(b"", name[:_LONGEST_NAME]).lower()
        if colon and wanted in _WANTED:
            yield Field(wanted.decode("ascii"), value, part, Oddity.BARE_CR)


def _list_slipped(body: bytes) -> Iterator[Field]:
    """The fields at the start of a body, where a reader that lost the header may show them."""
    if not _HEADER_LIKE.match(body.lstrip(b"\r\n")[:_LONGEST_NAME]):
        return
    head = body.lstrip(b"\r\n").replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for line in _unfold(head):
        name, colon, value = line.partition(b":")
        wanted = name.strip().lower()
        if colon and wanted in _WANTED:
            yield Field(wanted.decode("ascii"), value, line, Oddity.IN_BODY)
