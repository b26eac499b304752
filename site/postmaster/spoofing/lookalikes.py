"""Which domain a reader would mistake for a protected one: a skeleton, and rules for short names.

The skeleton follows UTS 39 section 4. Edit distance alone would flag half the three-letter domains
there are, so what is not the same skeleton must follow one of the named rules.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

# Letters that look like others in the fonts of mail readers, after TR39's own data.
_ASCII = str.maketrans({"0": "o", "1": "l", "5": "s", "i": "l", "|": "l", "3": "e", "2": "z"})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_RUNS = re.compile(r"(.)\1+")
_SHORTEST_END = 2


@cache
def get_confusables() -> dict[int, str]:
    """Each character outside ASCII that looks like a Latin letter or digit, and which."""
    table: dict[int, str] = {}
    text = (Path(__file__).parent / "confusables.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            letter, *points = line.split()
            table.update({int(point, 16): letter for point in points})
    return table


@lru_cache(maxsize=4096)
def skeleton(domain: str) -> str:
    """What a domain looks like: the same for two that a reader cannot tell apart."""
    plain = domain
    if not domain.isascii():
        apart = unicodedata.normalize("NFKD", domain)
        kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
        plain = kept.translate(get_confusables()).casefold()
    plain = plain.translate(_ASCII)
    for pair, one in _PAIRS:
        plain = plain.replace(pair, one)
    return plain


def find_likeness(domain: str, protected: str) -> str | None:
    """How a domain passes for the protected one; None when it does not.

    Both are folded, and the domain is neither the protected one nor under it.
    """
    looks, wanted = skeleton(domain), skeleton(protected)
    if looks == wanted or looks.endswith("." + wanted):
        return "its letters look the same"
    if _RUNS.sub(r"\1", looks) == _RUNS.sub(r"\1", wanted):
        return "a letter is doubled"
    if _inside(wanted).search(looks):
        return "the protected name stands inside it"
    name, _, end = wanted.rpartition(".")
    given_name, _, given_end = looks.rpartition(".")
    if given_name == name and is_one_slip(given_end, end):
        return "its ending is one letter away"
    return None


def is_one_slip(one: str, other: str) -> bool:
    """Whether a letter was left out, put in, changed, or changed places with its neighbour."""
    if one == other or min(len(one), len(other)) < _SHORTEST_END:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )


@cache
def _inside(wanted: str) -> re.Pattern[str]:
    parts = r"[.-]?".join(re.escape(part) for part in wanted.split("."))
    return re.compile(rf"(?:^|[.-]){parts}(?:$|[.-])")
