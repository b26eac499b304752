"""Who a reader would take for the author of an address field, in every reading of its text.

A reading says where it was found: as the author, in the name shown, in a route, in a local part.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from postmaster.spoofing.domains import AT_SIGNS, drop_unseen
from postmaster.spoofing.encoded_words import decode_words, drop_words, has_encoded_word
from postmaster.spoofing.mailboxes import QUOTED, Cut, Fault, Segment, cut_text


class Place(StrEnum):
    """Where in a field an address was found."""

    AUTHOR = "author"
    DISPLAY = "display"
    ROUTE = "route"
    LOCAL = "local-part"


class Reader(StrEnum):
    """Which kind of reader sees it."""

    STRICT = "strict"
    LENIENT = "lenient"
    DECODING = "decoding"
    REPAIRING = "repairing"


class Author(NamedTuple):
    """An address that some reader sees: its text, the domain in it as written, place, reader."""

    text: str
    domain: str
    place: Place
    reader: Reader


class Reading(NamedTuple):
    """All that is read from one text: the addresses, the names shown, and what is wrong."""

    authors: tuple[Author, ...]
    names: tuple[str, ...]
    faults: frozenset[Fault]


_USUAL = re.compile(
    r"\s*(?:(\"[^\"@\\=\r\n\x00]*\"|[A-Za-z0-9 .'_/&+-]*?)\s*"
    r"<([A-Za-z0-9.#$&'*+/=?^_`{|}~-]+)@([A-Za-z0-9.-]*[A-Za-z0-9])>"
    r"|([A-Za-z0-9.#$&'*+/^_`{|}~-]+)@([A-Za-z0-9.-]*[A-Za-z0-9]))\s*"
)
# Every pattern is one pass over its text: no two neighbours in it match the same sign.
_BLANKS = re.compile(r"\s+")
_SPACED = re.compile(r" ?([@.\ue000]) ?")
_RUNS = re.compile(r"[^\s,;<>()]+")
_PLAIN_RUNS = re.compile(r"[^\s,;<>()\"]+")
# A route's hops are parted by commas; those that are parted by colons are read as well.
_HOPS = re.compile(r"[,:]")
_LONGEST_USUAL = 400
_OVERRIDE = re.compile("[\u202e\u2067]([^\u202c\u2069]*)")
_LONGEST_LOCAL = 320


def read_usual(text: str) -> Reading | None:
    """The one reading of a text that no reader could read otherwise; None for any other text."""
    if len(text) > _LONGEST_USUAL or "=?" in text:
        return None
    usual = _USUAL.fullmatch(text)
    if usual is None:
        return None
    name, local, domain, bare_local, bare_domain = usual.groups()
    author = Author(
        f"{local or bare_local}@{domain or bare_domain}",
        domain or bare_domain,
        Place.AUTHOR,
        Reader.STRICT,
    )
    return Reading((author,), (name.strip('" '),) if name else (), frozenset())


def read_text(text: str) -> Reading:
    """Every reading of a text that holds no control character."""
    return read_usual(text) or read_whole(text)


def read_whole(text: str) -> Reading:
    """Every reading, the usual text's too."""
    text = AT_SIGNS.sub("@", text)
    first = cut_text(text)
    authors, names = list(_list_from(first, Reader.STRICT)), list(_list_names(first))
    if Fault.UNCLOSED_QUOTE in first.faults:
        authors.extend(_list_from(cut_text(text, quotes=False), Reader.REPAIRING))
    if Fault.UNCLOSED_COMMENT in first.faults:
        authors.extend(_list_from(cut_text(text, comments=False), Reader.REPAIRING))
    if Fault.UNCLOSED_ANGLE in first.faults:
        authors.extend(
            _make(one, Place.AUTHOR, Reader.REPAIRING) for one in _list_addresses(_close_up(text))
        )
    for name in names:
        authors.extend(_list_shown(name))
    return Reading(tuple(dict.fromkeys(authors)), tuple(names), frozenset(first.faults))


def _list_from(cut: Cut, reader: Reader) -> Iterator[Author]:
    for segment in cut.segments:
        yield from _list_in_angles(segment, reader)
        yield from _list_outside(segment, reader)


def _list_in_angles(segment: Segment, reader: Reader) -> Iterator[Author]:
    quoted = iter(segment.angle_quoted)
    for nth, angle in enumerate(segment.angles):
        seen_by = reader if nth == 0 else Reader.LENIENT
        route, colon, address = angle.rpartition(":")
        if colon:
            for hop in _HOPS.split(route):
                yield _make(hop, Place.ROUTE, seen_by)
        yield from _read_address(address if colon else angle, quoted, seen_by)
        if has_encoded_word(angle):
            yield from _read_decoded(angle)


def _list_outside(segment: Segment, reader: Reader) -> Iterator[Author]:
    bare = segment.bare
    if segment.angles:
        # An address outside of the angles is a fault of syntax; readers differ on which one counts.
        bare, reader = drop_words(bare), Reader.LENIENT
    elif has_encoded_word(bare):
        yield from _read_decoded(bare)
        bare = drop_words(bare) if "@" not in drop_words(bare) else bare
    if "@" not in bare:
        return
    quoted = iter(segment.quoted)
    for run in _RUNS.finditer(_close_up(bare)):
        if "@" in run[0]:
            yield from _read_address(run[0], quoted, reader)
        else:
            for _ in range(run[0].count(QUOTED)):
                next(quoted, None)


def _read_address(text: str, quoted: Iterator[str], reader: Reader) -> Iterator[Author]:
    """The author an address names; with several @ readers differ on which one counts."""
    local, *domains = _close_up(text).strip().split("@")
    insides = [next(quoted, "") for _ in range(local.count(QUOTED))]
    for inside in insides:
        yield from _list_shown(inside)
    shown = iter(insides)
    local = re.sub(QUOTED, lambda _: f'"{next(shown)}"', local)[-_LONGEST_LOCAL:]
    for nth, domain in enumerate(domains):
        if not domain:
            continue
        several = nth < len(domains) - 1
        place_reader = Reader.LENIENT if several else reader
        yield Author(f"{local}@{domain}", domain, Place.AUTHOR, place_reader)
    for sign in "%!":
        if domains and sign in local:
            hidden = local.rpartition("%")[2] if sign == "%" else local.partition("!")[0]
            yield Author(f"{local}@{domains[-1]}", hidden, Place.LOCAL, reader)


def _read_decoded(text: str) -> Iterator[Author]:
    """Encoded words where an address should stand: decoded, and cut where a reader stops."""
    decoded = AT_SIGNS.sub("@", decode_words(text))
    for said in {decoded, *re.split(r"[\x00\r\n]", decoded), drop_unseen(decoded)}:
        for one in _list_addresses(said.partition("\x00")[0]):
            yield _make(one, Place.AUTHOR, Reader.DECODING)


def _list_names(cut: Cut) -> Iterator[str]:
    for group in cut.group_names:
        yield _show(group)
        yield from (decode_words(comment).strip() for comment in group.comments)
    for segment in cut.segments:
        if segment.angles:
            yield _show(segment)
        else:
            yield from (decode_words(one) for one in segment.quoted)
        yield from (decode_words(comment).strip() for comment in segment.comments)


def _show(segment: Segment) -> str:
    quoted = iter(segment.quoted)
    return decode_words(re.sub(QUOTED, lambda _: next(quoted, ""), segment.bare)).strip()


def _list_shown(name: str) -> Iterator[Author]:
    """The addresses in a name, as it stands and as it is drawn from right to left."""
    for side in (name, *(one[1][::-1] for one in _OVERRIDE.finditer(name))):
        for one in _list_addresses(_close_up(AT_SIGNS.sub("@", side))):
            yield _make(one, Place.DISPLAY, Reader.LENIENT)


def _list_addresses(text: str) -> Iterator[str]:
    """Whatever has an @ with something after it, in one pass."""
    for run in _PLAIN_RUNS.finditer(text):
        parts = run[0].split("@")
        for local, domain in pairwise(parts):
            if domain:
                yield f"{local[-_LONGEST_LOCAL:]}@{domain}"


def _close_up(text: str) -> str:
    """The text without the blanks that the grammar allows around @ and dots."""
    return _SPACED.sub(r"\1", _BLANKS.sub(" ", text))


def _make(text: str, place: Place, reader: Reader) -> Author:
    return Author(text.strip(), text.rpartition("@")[2], place, reader)
