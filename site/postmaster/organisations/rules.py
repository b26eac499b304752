"""What an organisation may be and become. Pure: values in, an answer in words out.

Codes are the Organisation Data Service's: a code never changes and is never used again; records
are closed, not deleted; successors are named.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

LONGEST_NAME = 200
LONGEST_REASON = 2000
_ODS_CODE = re.compile(r"[A-Z0-9]{3,12}")
# A unit has no code of the Organisation Data Service: its organisation's, then words of its own.
_UNIT_CODE = re.compile(r"[A-Z0-9]{3,12}(-[A-Z0-9]{1,8}){1,2}")
_SHORT_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?")
# A spreadsheet runs a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Kind(StrEnum):
    """An organisation, a ward or department of one, or a container that gathers one sector."""

    ORGANISATION = "organisation"
    UNIT = "unit"
    CONTAINER = "container"


class Status(StrEnum):
    """Where an organisation stands."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class SuccessionType(StrEnum):
    """How one organisation took over from another."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"


class OrganisationError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's or file's column."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


NEXT = {
    Status.OPEN: frozenset({Status.CLOSING, Status.CLOSED}),
    Status.CLOSING: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset[Status](),
}


def fold_code(text: str) -> str:
    """An ODS code as it is stored: wide letters made plain, capitals, no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def fold_codes(texts: Iterable[str]) -> list[str]:
    """Codes as they are stored, each once, in order; empty ones left out."""
    return sorted({code for text in texts if (code := fold_code(text))})


def fold_short_code(text: str) -> str | None:
    """A short code as it is stored, in small letters; None for an empty one."""
    return unicodedata.normalize("NFKC", text).strip().lower() or None


def fold_name(text: str) -> str:
    """The search key of a name: no accents, no case, single blanks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", " ".join(kept.split())).casefold()[:LONGEST_NAME]


def find_code_fault(code: str, kind: Kind = Kind.ORGANISATION) -> str | None:
    """What is wrong with the form of a folded code."""
    if kind is Kind.UNIT:
        if _UNIT_CODE.fullmatch(code):
            return None
        return "The code of a unit is its organisation's, a hyphen and a word, such as RX1-WARD4."
    if _ODS_CODE.fullmatch(code):
        return None
    return "An ODS code is 3 to 12 letters and digits, such as RX1. Look it up in the ODS portal."


def find_short_code_fault(code: str | None) -> str | None:
    """What is wrong with the form of a folded short code."""
    if code is None or _SHORT_CODE.fullmatch(code):
        return None
    return "A short code is at most 20 letters, digits and hyphens. It begins addresses."


def find_name_fault(name: str) -> str | None:
    """What is wrong with a name."""
    if not name:
        return "Enter the name."
    if len(name) > LONGEST_NAME:
        return f"Shorten the name to {LONGEST_NAME} characters or fewer."
    if name.startswith(_FORMULA):
        return f"The name begins with {name[0]!r}, which a spreadsheet runs as a formula."
    if not all(letter.isprintable() for letter in name):
        return "The name has characters that cannot be printed. Type it again."
    return None


def find_reason_fault(why: str) -> str | None:
    """What is wrong with a reason somebody typed."""
    if not why.strip():
        return "Say why, for those who come after you."
    if len(why) > LONGEST_REASON or "\x00" in why:
        return f"Shorten the reason to {LONGEST_REASON} characters of plain text or fewer."
    return None


def decide_next_status(now: Status, wanted: Status) -> str | None:
    """Why a status cannot follow another; None when it can."""
    if now is wanted or wanted in NEXT[now]:
        return None
    return (
        "A closed organisation is not opened again, because a code is never used again. "
        "Add the new organisation under its own ODS code and name it as successor. "
        "If ODS made this very record active again, reopen it on its page, with why."
    )


def find_date_fault(
    status: Status, opened_on: date | None, closed_on: date | None, today: date
) -> str | None:
    """What is wrong with the dates of an organisation."""
    if status is Status.CLOSED and closed_on is None:
        return "A closed organisation needs the day it closed."
    if status is not Status.CLOSED and closed_on is not None:
        return "Only a closed organisation has a closing date. Set its status to closed."
    if closed_on and closed_on > today:
        return "The closing date is in the future. Start closing now and close on the day."
    if opened_on and closed_on and closed_on < opened_on:
        return "It cannot close before it opened. Check both dates."
    return None


def find_lag_fault(
    status: Status, opened_on: date | None, ods_closed_on: date | None, today: date
) -> str | None:
    """What is wrong with the day ODS closed an organisation on that is still open here."""
    if ods_closed_on is None:
        return None
    if status is Status.CLOSED:
        return "It is closed here too: give the day it closed, and no day of ODS beside it."
    if ods_closed_on > today:
        return "The day ODS closed it is in the future. Start closing it here instead."
    if opened_on and ods_closed_on < opened_on:
        return "ODS cannot have closed it before it opened. Check both dates."
    return None


def find_loop(start: str, edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The way from a code back to itself along the edges, both ends named; empty without one."""
    trail: dict[str, str] = {}
    waiting = [start]
    while waiting:
        code = waiting.pop()
        for following in edges.get(code, ()):
            if following == start:
                way = [start, code]
                while way[-1] != start:
                    way.append(trail[way[-1]])
                return tuple(reversed(way)) if code != start else (start, start)
            if following not in trail:
                trail[following] = code
                waiting.append(following)
    return ()


def list_final_successors(
    code: str, successors: Mapping[str, Collection[str]], closed: Collection[str]
) -> tuple[str, ...]:
    """Who took over in the end: the chain followed through closed ones to those not closed."""
    seen, found = {code}, set()
    waiting = list(successors.get(code, ()))
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in closed:
            waiting.extend(successors.get(one, ()))
        else:
            found.add(one)
    return tuple(sorted(found))


def list_above(
    code: str, parents: Mapping[str, str | None], containers: Mapping[str, str | None]
) -> frozenset[str]:
    """Who stands over a code: itself, every ancestor, and the containers of all of these."""
    above: set[str] = set()
    at: str | None = code
    while at is not None and at not in above:
        above.add(at)
        at = parents.get(at)
    return frozenset(above | {box for one in above if (box := containers.get(one))})


def decide_succession_type(successors: Collection[str], *, is_rename: bool) -> SuccessionType:
    """A split has several successors; one successor is a merger unless said to be a renaming."""
    if len(successors) > 1:
        return SuccessionType.SPLIT
    return SuccessionType.RENAME if is_rename else SuccessionType.MERGE
