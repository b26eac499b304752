"""A domain as readers understand it: UTS 46, without blanks, comments, final dots and tricks."""

import re
import unicodedata
from functools import lru_cache

import idna

# What a reader does not see: it is drawn with no width, or steers the direction of what is.
_UNSEEN = re.compile(
    "[\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
_PLAIN = re.compile(r"[a-z0-9.-]+")
# What no reader takes for a part of a domain, at its ends.
_EDGES = "<>()[]{}\"'`,;:!?=*_|\\/ "
DOTS = re.compile("[\u3002\uff0e\uff61]")
AT_SIGNS = re.compile("[\uff20\ufe6b]")
LONGEST_DOMAIN = 1000


def drop_unseen(text: str) -> str:
    """The text without blanks, controls, and characters that nobody sees."""
    return _UNSEEN.sub("", text)


@lru_cache(maxsize=4096)
def fold_domain(text: str) -> str:
    """A domain as it is compared: small letters, Unicode labels, no final dot.

    `xn--` labels are turned to what a reader may be shown.
    """
    plain = text.strip().rstrip(".").lower()
    if not _PLAIN.fullmatch(plain):
        plain = _map(drop_unseen(text)[:LONGEST_DOMAIN]).strip(_EDGES).strip(".")
    if "xn--" in plain:
        plain = ".".join(_show(label) for label in plain.split("."))
    return plain


def _map(text: str) -> str:
    try:
        return idna.uts46_remap(text, std3_rules=False)
    except (idna.IDNAError, UnicodeError, IndexError):
        # Something in it is disallowed; a reader shows the rest all the same.
        return DOTS.sub(".", unicodedata.normalize("NFKC", text).casefold())


def _show(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return _map(label[4:].encode("ascii").decode("punycode"))
    except (UnicodeError, ValueError, OverflowError):
        return label


def to_dns_name(domain: str) -> str:
    """A domain as the DNS holds it: labels outside of ASCII in their `xn--` form."""
    if domain.isascii():
        return domain.lower()
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode", "replace").decode("ascii")
        for label in domain.lower().split(".")
    )


def is_within(domain: str, parent: str) -> bool:
    """Whether a folded domain is the parent or under it."""
    return domain == parent or domain.endswith("." + parent)
