"""Ids as Statuspage has them: twelve letters and digits, the same for ever for the same thing."""

from hashlib import blake2b
from string import ascii_lowercase, digits

_LETTERS = digits + ascii_lowercase
_LENGTH = 12


def make_id(kind: str, *key: object) -> str:
    """The id of something by its kind and our own key; 62 bits, so that no two ever meet."""
    words = "\x1f".join((kind, *(str(part) for part in key)))
    number = int.from_bytes(blake2b(words.encode(), digest_size=16).digest())
    made = ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        made += _LETTERS[place]
    return made
