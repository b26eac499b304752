"""IMAP FETCH: the data items asked for, as the bytes that go on the wire."""

import re
from dataclasses import dataclass
from datetime import datetime

from lamppost.worker.relay.imap.maildir import StoredMail
from lamppost.worker.relay.imap.search import MONTHS
from lamppost.worker.relay.imap.words import CommandError, Word

_SECTION = re.compile(
    r"BODY(?P<peek>\.PEEK)?\[(?P<part>[^\]]*)\](?:<(?P<start>\d{1,10})\.(?P<size>\d{1,10})>)?",
    re.IGNORECASE,
)
_FIELDS = re.compile(r"HEADER\.FIELDS(?P<but>\.NOT)? ?\((?P<names>[^)]*)\)", re.IGNORECASE)
_OLD_NAMES = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
_PLAIN = {"FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE"}
_FAST = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")


@dataclass(frozen=True, slots=True)
class Item:
    """One data item; `section` is None for those that are not parts of the mail."""

    label: str
    section: str | None = None
    start: int | None = None
    size: int = 0
    marks_seen: bool = False


def parse_items(word: Word, *, by_uid: bool) -> list[Item]:
    """The items of a FETCH; UID is among them when the mail was named by UID."""
    names = [_text(part) for part in word] if isinstance(word, list) else [_text(word)]
    if [name.upper() for name in names] == ["FAST"]:
        names = list(_FAST)
    if by_uid and "UID" not in (name.upper() for name in names):
        names.insert(0, "UID")
    return [_item(name) for name in names]


def render(number: int, mail: StoredMail, items: list[Item]) -> bytes:
    """One untagged FETCH response."""
    parts = []
    for item in items:
        if item.section is None:
            parts.append(f"{item.label} {_plain(item.label, mail)}".encode())
            continue
        content = _section(mail.content(), item.section)
        if item.start is not None:
            content = content[item.start : item.start + item.size]
        parts.append(b"%s {%d}\r\n%s" % (item.label.encode(), len(content), content))
    return b"* %d FETCH (%s)\r\n" % (number, b" ".join(parts))


def _item(name: str) -> Item:
    upper = name.upper()
    if upper in _PLAIN:
        return Item(upper)
    found = _SECTION.fullmatch(_OLD_NAMES.get(upper, name))
    if found is None:
        raise CommandError(f"FETCH {upper} is not offered by the practice relay")
    part = found["part"].strip()
    if part.upper() not in {"", "HEADER", "TEXT"} and not _FIELDS.fullmatch(part):
        raise CommandError(f"FETCH of section {part} is not offered by the practice relay")
    start = int(found["start"]) if found["start"] else None
    label = upper if upper in _OLD_NAMES else f"BODY[{part.upper()}]"
    return Item(
        label=label if start is None else f"{label}<{start}>",
        section=part,
        start=start,
        size=int(found["size"] or 0),
        marks_seen=found["peek"] is None,
    )


def _plain(name: str, mail: StoredMail) -> str:
    if name == "UID":
        return str(mail.uid)
    if name == "FLAGS":
        return flag_list(mail)
    if name == "INTERNALDATE":
        return internal_date(mail.arrived_at())
    return str(len(mail.content()))


def flag_list(mail: StoredMail) -> str:
    """A mail's flags as IMAP writes them."""
    recent = ("\\Recent",) if mail.is_recent else ()
    return f"({' '.join((*sorted(mail.flags), *recent))})"


def internal_date(moment: datetime) -> str:
    """A moment as IMAP writes it."""
    month = MONTHS[moment.month - 1]
    return f'"{moment.day:2d}-{month}-{moment.year:04d} {moment:%H:%M:%S %z}"'


def _section(content: bytes, section: str) -> bytes:
    head, gap, body = content.partition(b"\r\n\r\n")
    header = head + b"\r\n\r\n" if gap else head
    if not section:
        return content
    if section.upper() == "HEADER":
        return header
    if section.upper() == "TEXT":
        return body
    found = _FIELDS.fullmatch(section)
    names = {name.strip('"').lower() for name in (found["names"] if found else "").split()}
    wanted = not (found and found["but"])
    fields = re.split(rb"(?<=\r\n)(?![ \t])", head + b"\r\n")
    kept = [
        field
        for field in fields
        if field and (field.split(b":", 1)[0].decode("latin-1").strip().lower() in names) is wanted
    ]
    return b"".join(kept) + b"\r\n"


def _text(word: Word) -> str:
    if isinstance(word, list):
        raise CommandError("FETCH items do not nest")
    return word.decode("ascii", "replace")
