"""Is this password good enough? An ordered list of questions, a sentence for each no."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

# NHSmail password policy of 2019: ten characters at least for people with a second factor. Longer
# is welcome; 128 bounds the work, far beyond any password manager's habit.
SHORTEST = 10
LONGEST = 128
# NHSmail password policy of 2019: none of the last four.
REMEMBERED = 4
# A shorter name would refuse half the dictionary.
_SHORTEST_NAME = 4
REUSED = "The password is one of your last four; choose a new one."
REUSED_OF_ACCOUNT = "You have had this password before; choose a new one."


def normalise(password: str) -> str:
    """NFKC, so that the same keys on another keyboard give the same password."""
    return unicodedata.normalize("NFKC", password)


def judge_password(
    password: str, *, names: Iterable[str] = (), shortest: int = SHORTEST
) -> tuple[str, ...]:
    """What is wrong with a new password; nothing when it will do.

    Args:
        password: as typed or pasted.
        names: what it may not contain: the service's name, the person's own, their address.
        shortest: how long it must be; an account's policy says, the panels' own is the default.
    """
    plain = normalise(password)
    folded = plain.casefold()
    faults = []
    if len(plain) < shortest:
        faults.append(f"The password must have at least {shortest} characters.")
    if len(plain) > LONGEST:
        faults.append(f"The password must have at most {LONGEST} characters.")
    if any(unicodedata.category(character) == "Cc" for character in plain):
        faults.append("The password must not contain control characters.")
    if folded in _common() or _undecorated(folded) in _common():
        faults.append("The password is one that many people use, or has been in a data breach.")
    if any(name in folded for name in _name_parts(names)):
        faults.append("The password must not contain your name, your address or our name.")
    return tuple(faults)


def _undecorated(folded: str) -> str:
    """Without the figures and marks people put around a common word."""
    return folded.strip("0123456789!?.,-_*#@$%&+= ")


def _name_parts(names: Iterable[str]) -> set[str]:
    parts: set[str] = set()
    for name in names:
        folded = normalise(name).casefold()
        local = folded.partition("@")[0]
        # A display name is `SURNAME, Given`.
        parts |= {local, *re.split(r"[\s.,-]+", local)}
    return {part for part in parts if len(part) >= _SHORTEST_NAME}


@cache
def _common() -> frozenset[str]:
    """The 30,000 most common passwords of breaches, as zxcvbn ships them: no network is asked."""
    return frozenset(FREQUENCY_LISTS["passwords"])
