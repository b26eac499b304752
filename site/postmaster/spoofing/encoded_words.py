"""Encoded words (RFC 2047) as lenient readers decode them: anywhere, broken ones too."""

import re
from binascii import Error as NotBase64Error
from binascii import a2b_base64, a2b_qp

# A charset's name is bounded, so that a value of nothing but `=?` is still read in one pass.
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_FALLBACK = "latin-1"


def has_encoded_word(text: str) -> bool:
    """Whether a text has something that a reader would decode."""
    return "=?" in text and ENCODED_WORD.search(text) is not None


def decode_words(text: str) -> str:
    """The text with every encoded word decoded, and nothing left between neighbours."""
    if not has_encoded_word(text):
        return text
    joined = _BETWEEN.sub(r"\1\2", text)
    out: list[str] = []
    held, held_charset, at = b"", "", 0
    for word in ENCODED_WORD.finditer(joined):
        charset = word[1].partition("*")[0].lower()
        if word.start() != at or charset != held_charset:
            out.append(_to_text(held, held_charset))
            out.append(joined[at : word.start()])
            held, held_charset = b"", charset
        held += _to_bytes(word[2], word[3])
        at = word.end()
    return "".join([*out, _to_text(held, held_charset), joined[at:]])


def drop_words(text: str) -> str:
    """The text without its encoded words."""
    return ENCODED_WORD.sub(" ", text) if "=?" in text else text


def _to_bytes(encoding: str, payload: str) -> bytes:
    if encoding in "qQ":
        return a2b_qp(payload.encode("ascii", "replace"), header=True)
    clean = _NOT_BASE64.sub("", payload)
    try:
        return a2b_base64(clean + "=" * (-len(clean) % 4))
    except NotBase64Error:
        return a2b_base64(clean[: len(clean) // 4 * 4])


def _to_text(given: bytes, charset: str) -> str:
    if not given:
        return ""
    try:
        return given.decode(charset, "replace")
    except (LookupError, ValueError):
        return given.decode(_FALLBACK)
