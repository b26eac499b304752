"""Message to facts: every author that some mail reader would show, and all else judging looks at.

A field whose value has control characters is read several ways, because readers drop them, stop at
them, or take them for a blank. One answer for any bytes; the work grows with the header's length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from postmaster.spoofing.authors import Author, Place, Reader, Reading, read_text, read_usual
from postmaster.spoofing.domains import fold_domain
from postmaster.spoofing.encoded_words import decode_words
from postmaster.spoofing.mailboxes import Fault
from postmaster.spoofing.raw import Field, RawMessage, cut

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_STOP = re.compile("[\x00\r\n]")
_ADDRESS_FIELDS = ("sender", "reply-to", "resent-from", "resent-sender")
# What only software that sends one message on to others writes.
_FORWARD_FIELDS = frozenset({"resent-from", "resent-to", "x-forwarded-to", "x-forwarded-for"})
_LIST_FIELDS = ("list-id", "list-post", "mailing-list")
_LONGEST_LIST_ID = 200


class Seen(NamedTuple):
    """An author with the field it was seen in; `domain` is folded."""

    author: Author
    domain: str
    field: Field

    @property
    def address(self) -> str:
        """The address as it is compared and listed."""
        if self.author.place is Place.LOCAL:
            return self.author.text
        local, at, _ = self.author.text.rpartition("@")
        return f"{local}{at}{self.domain}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read of one message, in the order of its header.

    `authors` are those of `seen` whom some reader shows as the author, the strict reader's first;
    `header_from` their addresses, each once.
    """

    raw: RawMessage
    from_fields: tuple[Field, ...]
    seen: tuple[Seen, ...]
    authors: tuple[Seen, ...]
    header_from: tuple[str, ...]
    names: tuple[tuple[str, Field], ...]
    faults: frozenset[Fault]
    has_control: bool
    others: tuple[tuple[str, Seen], ...]
    is_forwarded: bool
    list_id: str

    @property
    def has_one_plain_author(self) -> bool:
        """Whether every reader shows the same single author."""
        return (
            len(self.from_fields) == 1
            and len(self.header_from) == 1
            and self.from_fields[0].oddity is None
            and not self.faults
            and not self.has_control
        )


def read_message(message: bytes) -> Facts:
    """The facts of a message; any bytes at all give some."""
    raw = cut(message)
    from_fields = tuple(field for field in raw.fields if field.name == "from")
    seen: dict[tuple[str, Place], Seen] = {}
    names: list[tuple[str, Field]] = []
    faults: set[Fault] = set()
    has_control = False
    for field in from_fields:
        reading = read_value(field.value)
        for author in reading.authors:
            one = Seen(author, fold_domain(author.domain), field)
            seen.setdefault((one.address, author.place), one)
        names.extend((name, field) for name in reading.names if name)
        faults |= reading.faults
        has_control = has_control or _has_control(field.value)
    authors = tuple(one for one in seen.values() if one.author.place is Place.AUTHOR)
    return Facts(
        raw=raw,
        from_fields=from_fields,
        seen=tuple(seen.values()),
        authors=authors,
        header_from=tuple(dict.fromkeys(one.address for one in authors)),
        names=tuple(names),
        faults=frozenset(faults),
        has_control=has_control,
        others=tuple(_read_others(raw)),
        is_forwarded=any(field.name in _FORWARD_FIELDS for field in raw.fields),
        list_id=_find_list_id(raw),
    )


def read_value(value: bytes) -> Reading:
    """Every reading of one address field's value."""
    text = to_text(value)
    if usual := read_usual(text):
        return usual
    unfolded = _FOLD.sub("", text)
    readings = [read_text(one) for one in dict.fromkeys(_list_variants(unfolded))]
    if len(readings) == 1:
        return readings[0]
    # The whole without its control characters comes first; what a reader stops at is less certain.
    authors = [*readings[0].authors]
    for reading in readings[1:]:
        authors.extend(one._replace(reader=Reader.LENIENT) for one in reading.authors)
    return Reading(
        tuple(dict.fromkeys(authors)),
        tuple(dict.fromkeys(name for reading in readings for name in reading.names)),
        readings[0].faults,
    )


def to_text(value: bytes) -> str:
    """A value as text: UTF-8 where it is that, otherwise byte by byte."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def decode_value(value: bytes) -> str:
    """A value of words, as a reader shows it."""
    return decode_words(_CONTROL.sub("", _FOLD.sub("", to_text(value)))).strip()


def _has_control(value: bytes) -> bool:
    return _CONTROL.search(_FOLD.sub("", to_text(value))) is not None


def _list_variants(text: str) -> Iterator[str]:
    if _CONTROL.search(text) is None:
        yield text
        return
    yield _CONTROL.sub("", text)
    yield _CONTROL.sub(" ", text)
    first, *rest = _STOP.split(text)
    yield _CONTROL.sub("", first)
    if rest:
        # What follows is shown by a reader to whom the sign ends a line; a comma keeps them apart.
        yield ",".join(_CONTROL.sub("", one) for one in rest)


def _read_others(raw: RawMessage) -> Iterator[tuple[str, Seen]]:
    for field in raw.fields:
        if field.name in _ADDRESS_FIELDS:
            for author in read_value(field.value).authors:
                if author.place is Place.AUTHOR:
                    yield field.name, Seen(author, fold_domain(author.domain), field)


def _find_list_id(raw: RawMessage) -> str:
    for name in _LIST_FIELDS:
        for field in raw.fields:
            if field.name == name:
                said = decode_value(field.value[:_LONGEST_LIST_ID])
                return said.rpartition("<")[2].partition(">")[0].strip() or said
    return ""
