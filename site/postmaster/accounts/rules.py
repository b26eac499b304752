"""What an account may be, do and become. Pure: values in, an answer in words out."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_NAME = 256
LONGEST_ADDRESS = 254
LONGEST_SHARED_NAME = 249
LONGEST_REASON = 2000
LONGEST_JOB_TITLE = 100
LONGEST_EXTERNAL_ID = 64
# What a UK mobile is, once its blanks are out and +44 is 0 again.
_MOBILE = re.compile(r"07[0-9]{9}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
# The marks the name of a shared mailbox may have, beside letters, digits and blanks.
SHARED_MARKS = "-,;.()&[]"
# A spreadsheet runs a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Kind(StrEnum):
    """What a mailbox is for."""

    PERSON = "person"
    SHARED = "shared"
    APPLICATION = "application"
    RESOURCE = "resource"


class Status(StrEnum):
    """Where an account stands."""

    PENDING = "pending"
    ACTIVE = "active"
    INACTIVE = "inactive"
    DISABLED = "disabled"
    LEAVER = "leaver"
    DELETED = "deleted"
    PURGED = "purged"


class HoldKind(StrEnum):
    """Why an account must not go."""

    LEGAL = "legal"
    INFORMATION = "information"
    FORENSIC = "forensic"
    CLINICAL = "clinical"
    LEAVE = "leave"


class MemberRole(StrEnum):
    """What somebody is to a shared mailbox."""

    OWNER = "owner"
    MEMBER = "member"


class AccountError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's or file's column."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Effects:
    """What a status lets an account do. `lists`: whether the directory shows it."""

    signs_in: bool
    sends: bool
    receives: bool
    lists: bool


# The service's own table: a disabled account still receives, a leaver works until it is due, an
# inactive one signs in (and is active again) and receives, but sends nothing before.
EFFECTS = {
    Status.PENDING: Effects(signs_in=True, sends=False, receives=False, lists=False),
    Status.ACTIVE: Effects(signs_in=True, sends=True, receives=True, lists=True),
    Status.INACTIVE: Effects(signs_in=True, sends=False, receives=True, lists=True),
    Status.DISABLED: Effects(signs_in=False, sends=False, receives=True, lists=False),
    Status.LEAVER: Effects(signs_in=True, sends=True, receives=True, lists=True),
    Status.DELETED: Effects(signs_in=False, sends=False, receives=False, lists=False),
    Status.PURGED: Effects(signs_in=False, sends=False, receives=False, lists=False),
}

NEXT = {
    Status.PENDING: frozenset({Status.ACTIVE, Status.DELETED}),
    Status.ACTIVE: frozenset({Status.INACTIVE, Status.DISABLED, Status.LEAVER}),
    Status.INACTIVE: frozenset({Status.ACTIVE, Status.DISABLED, Status.LEAVER, Status.DELETED}),
    Status.DISABLED: frozenset({Status.ACTIVE, Status.INACTIVE, Status.LEAVER, Status.DELETED}),
    Status.LEAVER: frozenset({Status.ACTIVE, Status.INACTIVE, Status.DISABLED, Status.DELETED}),
    Status.DELETED: frozenset({Status.ACTIVE, Status.DISABLED, Status.PURGED}),
    Status.PURGED: frozenset[Status](),
}

# Kinds that never sign in: only their owners and members do.
WITHOUT_SIGN_IN = frozenset({Kind.SHARED, Kind.RESOURCE})
ALIVE = frozenset({Status.PENDING, Status.ACTIVE, Status.INACTIVE, Status.DISABLED, Status.LEAVER})


def get_effects(
    status: Status, kind: Kind, *, is_blocked: bool, is_locked: bool, is_due: bool = False
) -> Effects:
    """What an account may do now: its status, then its kind and the overlays over it.

    A leaver signs in until it is due (`is_due`), whatever a batch has done by then.
    """
    base = EFFECTS[status]
    is_over = is_due and status is Status.LEAVER
    is_shut = is_blocked or is_locked or is_over
    signs_in = base.signs_in and kind not in WITHOUT_SIGN_IN and not is_shut
    return Effects(signs_in, base.sends and not is_blocked, base.receives, base.lists)


def is_locked(locked_until: datetime | None, at: datetime) -> bool:
    """Whether a lock holds at a moment; one that is over is none."""
    return locked_until is not None and locked_until > at


def find_step_fault(now: Status, wanted: Status) -> str | None:
    """Why one status cannot follow another; None when it can."""
    if wanted in NEXT[now]:
        return None
    if now is Status.PURGED:
        return "It was purged. Nothing is left to bring back: make a new account."
    if now is wanted:
        return f"It is {STATUS_WORDS[now].lower()} already."
    before, after = STATUS_WORDS[now].lower(), STATUS_WORDS[wanted].lower()
    return f"An account that is {before} cannot become {after}."


STATUS_WORDS = {
    Status.PENDING: "Pending",
    Status.ACTIVE: "Active",
    Status.INACTIVE: "Inactive",
    Status.DISABLED: "Disabled",
    Status.LEAVER: "Leaver",
    Status.DELETED: "Deleted",
    Status.PURGED: "Purged",
}

KIND_WORDS = {
    Kind.PERSON: "Person",
    Kind.SHARED: "Shared mailbox",
    Kind.APPLICATION: "Application account",
    Kind.RESOURCE: "Room or equipment",
}


def fold_address(text: str) -> str:
    """The key of an address: no case, no blanks around it, compatible letters made plain."""
    return unicodedata.normalize("NFKC", text).strip().casefold()[:LONGEST_ADDRESS]


def fold_name(text: str) -> str:
    """The search key of a name: no accents, no case, single blanks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", " ".join(kept.split())).casefold()[:LONGEST_ADDRESS]


def find_address_fault(address: str) -> str | None:
    """What is wrong with the form of an address."""
    local, at, domain = address.rpartition("@")
    good = at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)
    if good and len(address) <= LONGEST_ADDRESS:
        return None
    return "Enter one plain address, such as ann.other@nhs.net."


def find_name_fault(name: str, kind: Kind) -> str | None:
    """What is wrong with a display name."""
    longest = LONGEST_SHARED_NAME if kind is Kind.SHARED else LONGEST_NAME
    if not name:
        return "Enter the name."
    if len(name) > longest:
        return f"Shorten the name to {longest} characters or fewer."
    if name.startswith(_FORMULA):
        return f"The name begins with {name[0]!r}, which a spreadsheet runs as a formula."
    if not all(letter.isprintable() for letter in name):
        return "The name has characters that cannot be printed. Type it again."
    if kind is Kind.SHARED and (odd := [one for one in name if not _is_shared(one)]):
        return f"Take {odd[0]!r} out: letters, digits, blanks and {SHARED_MARKS} may stand there."
    return None


def _is_shared(letter: str) -> bool:
    return letter.isalnum() or letter == " " or letter in SHARED_MARKS


def display_name(name: str, kind: Kind, organisation: str) -> str:
    """The name the directory shows: a person's carries their organisation's, as it is now."""
    return f"{name} ({organisation})" if kind is Kind.PERSON else name


def fold_mobile(text: str) -> str:
    """A mobile number without blanks, beginning with 0."""
    plain = "".join(text.split())
    return f"0{plain[3:]}" if plain.startswith("+44") else plain


def find_mobile_fault(mobile: str) -> str | None:
    """What is wrong with a folded mobile number; the service knows UK ones only."""
    if not mobile or _MOBILE.fullmatch(mobile):
        return None
    if _MOBILE.fullmatch(f"0{mobile}"):
        words = "has lost its leading zero. Add it; in a file, make the column text first."
        return f"The mobile {mobile} {words}"
    return f"{mobile[:20]!r} is no UK mobile. Write it as 07700900123."


def find_label_fault(text: str, name: str, longest: int) -> str | None:
    """What is wrong with a short text such as a job title or a local number."""
    if len(text) > longest:
        return f"Shorten the {name} to {longest} characters or fewer."
    if text.startswith(_FORMULA):
        return f"The {name} begins with {text[0]!r}, which a spreadsheet runs as a formula."
    if not all(letter.isprintable() for letter in text):
        return f"The {name} has characters that cannot be printed. Type it again."
    return None


def find_reason_fault(reason: str) -> str | None:
    """What is wrong with a reason somebody typed."""
    if not reason:
        return "Say why, for those who come after you."
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        return f"Shorten the reason to {LONGEST_REASON} characters of plain text or fewer."
    return None


HOLD_WORDS = {
    HoldKind.LEGAL: "Legal",
    HoldKind.INFORMATION: "Freedom of information",
    HoldKind.FORENSIC: "Forensic",
    HoldKind.CLINICAL: "Clinical safety",
    HoldKind.LEAVE: "Long leave",
}
