"""Passwords that are good once: easy to read from a telephone, hard to guess."""

import secrets
from dataclasses import dataclass, field

# No letter that looks like another or like a digit.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # pragma: allowlist secret
_DIGITS = "23456789"
_GROUP = 4
_FEWEST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Temporary:
    """A temporary password, and the hash of it made outside any transaction."""

    password: str = field(repr=False)
    password_hash: str = field(repr=False)


def make_temporary_password(shortest: int) -> str:
    """Groups of four such as `Hkd4-mp7x-tq2w`, at least as long as the kind of account asks.

    The first letter is a capital and every group ends in a digit or has one, so that it passes the
    rules of every kind. Three groups are one of 10 to the 15.
    """
    groups = max(_FEWEST_GROUPS, -(-(shortest + 1) // (_GROUP + 1)))
    made = [_make_group() for _ in range(groups)]
    return "-".join([made[0].capitalize(), *made[1:]])


def _make_group() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUP - 1)]
    rest = [*letters[1:], secrets.choice(_DIGITS)]
    secrets.SystemRandom().shuffle(rest)
    return "".join([letters[0], *rest])
