"""What is wrong with a message as a message, and on what its readers disagree."""

from collections.abc import Iterator

from postmaster.spoofing.authors import Reader
from postmaster.spoofing.mailboxes import Fault
from postmaster.spoofing.message import Facts
from postmaster.spoofing.raw import LONGEST_HEADER, Oddity
from postmaster.spoofing.reasons import Code, give
from postmaster.spoofing.verdict import Reason

_WORDS: dict[Oddity | Fault, str] = {
    Oddity.HEADER_TOO_LONG: f"its header is longer than {LONGEST_HEADER:,} bytes",
    Oddity.NO_HEADER: "it begins without a header",
    Oddity.BROKEN_LINE: "a line of the header is no field",
    Oddity.FIRST_LINE_INDENTED: "its first line is indented",
    Oddity.SPACE_BEFORE_COLON: "a field's name is followed by a blank",
    Oddity.ODD_FIELD_NAME: "a field's name has signs that no name has",
    Oddity.BARE_CR: "a carriage return stands by itself, which some readers take for a line's end",
    Oddity.MIXED_LINE_ENDS: "its lines end in two ways",
    Oddity.IN_BODY: "a header stands in the body",
    Fault.UNCLOSED_QUOTE: "a quote in From is never closed",
    Fault.UNCLOSED_COMMENT: "a bracket in From is never closed",
    Fault.UNCLOSED_ANGLE: "an angle bracket in From is never closed",
    Fault.SEMICOLON: "authors in From are parted by a semicolon",
    Fault.BACKSLASH: "a backslash stands outside of quotes in From",
    Fault.SEVERAL_ANGLES: "one author in From has several addresses",
}
# These alone make a message malformed; the others only count where they touch From.
_GRAVE = frozenset({Oddity.HEADER_TOO_LONG, Oddity.NO_HEADER, Oddity.IN_BODY})
_MOST_SHOWN = 3


def list_faults(facts: Facts) -> Iterator[tuple[Reason, bool]]:
    """Each fault as a reason, and whether it makes the message malformed by itself."""
    fields = facts.from_fields
    if not fields:
        code = Code.UNREADABLE if not facts.raw.fields else Code.NO_FROM
        yield give(code, how="nothing in it is a header field"), True
    elif not facts.authors:
        yield give(Code.NO_AUTHOR, fields[0]), True
    own = [field for field in fields if field.oddity is not Oddity.BROKEN_LINE]
    if len(own) > 1:
        yield give(Code.SEVERAL_FROM, own[1], count=str(len(own))), True
    in_from = {field.oddity for field in fields}
    for oddity in facts.raw.oddities:
        field = next((one for one in fields if one.oddity is oddity), None)
        is_grave = oddity in _GRAVE or oddity in in_from
        yield give(Code.MALFORMED, field or "", how=_WORDS[oddity]), is_grave
    if Oddity.IN_BODY in in_from:
        yield give(Code.MALFORMED, fields[0], how=_WORDS[Oddity.IN_BODY]), True
    for fault in sorted(facts.faults):
        yield give(Code.MALFORMED, fields[0], how=_WORDS[fault]), True
    if facts.has_control:
        how = "From holds control characters, at which readers stop or which they drop"
        yield give(Code.MALFORMED, fields[0], how=how), True


def find_disagreement(facts: Facts) -> Reason | None:
    """The reason that readers would show different authors; None where all show the same."""
    shown: dict[bool, list[str]] = {True: [], False: []}
    for seen in facts.authors:
        is_strict = seen.author.reader is Reader.STRICT and seen.field is facts.from_fields[0]
        shown[is_strict].append(seen.address)
    strict = set(shown[True])
    others = [address for address in shown[False] if address not in strict]
    if not others:
        return None
    return give(
        Code.READERS_DISAGREE,
        facts.from_fields[-1],
        near=others[0].rpartition("@")[2],
        strict=_list(shown[True]) or "nobody",
        others=_list(others),
    )


def _list(addresses: list[str]) -> str:
    said = ", ".join(addresses[:_MOST_SHOWN])
    more = len(addresses) - _MOST_SHOWN
    return f"{said} and {more} more" if more > 0 else said
