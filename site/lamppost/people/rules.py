"""States, limits and folded keys of those who sign in."""

import hashlib
import ipaddress
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum


class PersonState(StrEnum):
    """Where a person stands."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


INVITATION_LASTS = timedelta(days=7)
# Between the password and the code; long enough to set an authenticator up.
HALF_SESSION_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
# Ended sign-ins are kept so long: to be looked at, and to know where somebody signs in from.
SESSION_KEPT = timedelta(days=90)
# Judged from the cookie's `seen`, so that looking at a page never writes to the database.
IDLE_LIMIT = timedelta(minutes=30)
LONGEST_ADDRESS = 254
LONGEST_NAME = 120
LONGEST_REASON = 500
LONGEST_USER_AGENT = 200
# Controls, formats (which turn the direction of text), surrogates, private use, unassigned.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fold(words: str) -> str:
    """What two spellings of an address or a name have in common."""
    return unicodedata.normalize("NFKC", words).strip().casefold()


def digest_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token() -> str:
    """A token nobody guesses: 256 bits."""
    return secrets.token_urlsafe(32)


def fold_source(address: str | None) -> str:
    """The source a failure counts for: an IPv4 address, or the /64 a machine's IPv6 is taken from.

    One machine has a whole /64 to choose from, so counting single addresses would count nothing.
    """
    try:
        parsed = ipaddress.ip_address((address or "").split("%", maxsplit=1)[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def is_session_over(
    *, created_at: datetime, both_factors_at: datetime | None, now: datetime
) -> bool:
    """Whether a session has reached its absolute limit."""
    if both_factors_at is None:
        return now - created_at >= HALF_SESSION_LASTS
    return now - both_factors_at >= SESSION_LASTS


def clean(words: str, limit: int) -> str:
    """One line of printable text no longer than the limit: what people type goes into logs."""
    shown = "".join(
        " " if unicodedata.category(character) in _UNPRINTABLE else character
        for character in words[: limit * 4]
    )
    return " ".join(shown.split())[:limit]
