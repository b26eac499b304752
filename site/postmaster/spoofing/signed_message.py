"""What DKIM signs of a message, in canonical form: each form made once, each in one pass.

dkimpy's own way hashes the body anew for every signature and searches the header for every name.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from postmaster.spoofing.verdict import Check

# More signatures than any message in use bears; those beyond are not looked at.
MOST_SIGNATURES = 10
_BARE_LF = re.compile(rb"(?<!\r)\n")


class NotVerifiedError(Exception):
    """A signature does not verify; the check says how, the message why."""

    def __init__(self, check: Check, why: str) -> None:
        super().__init__(why)
        self.check = check


class SignedMessage:
    """A message's header fields and body, and each canonical form of them once it was needed."""

    def __init__(self, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Take fields as name and value, the value from after the colon, and the raw body."""
        self._headers = [(name, _with_crlf(value) + b"\r\n") for name, value in headers]
        self._body = body
        self._bodies: dict[bytes, bytes] = {}
        self._digests: dict[tuple[bytes, int | None], bytes] = {}
        self._fields: dict[bytes, dict[bytes, list[tuple[bytes, bytes]]]] = {}

    @property
    def signatures(self) -> list[tuple[bytes, bytes]]:
        """The signature fields that are looked at, the topmost first."""
        found = [one for one in self._headers if one[0].lower() == b"dkim-signature"]
        return found[:MOST_SIGNATURES]

    def digest_body(self, canon: bytes, length: int | None) -> bytes:
        """The SHA-256 of the body in a canonical form, of its first `length` bytes if that is set.

        Raises:
            NotVerifiedError: the length is greater than the body's.
        """
        known = self._digests.get((canon, length))
        if known is not None:
            return known
        if canon not in self._bodies:
            self._bodies[canon] = canonicalise_body(self._body, canon)
        body = self._bodies[canon]
        if length is not None and length > len(body):
            raise NotVerifiedError(Check.PERMERROR, "more of the body is signed than there is")
        digest = hashlib.sha256(body if length is None else body[:length]).digest()
        self._digests[canon, length] = digest
        return digest

    def select(self, canon: Any, names: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
        """The signed fields in canonical form: each name's last one not yet taken."""
        if canon.name not in self._fields:
            by_name: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
            for raw, made in zip(
                self._headers, canon.canonicalize_headers(self._headers), strict=True
            ):
                by_name[raw[0].lower()].append(made)
            self._fields[canon.name] = by_name
        left = {name: len(fields) for name, fields in self._fields[canon.name].items()}
        chosen = []
        for name in names:
            if left.get(name):
                left[name] -= 1
                chosen.append(self._fields[canon.name][name][left[name]])
        return chosen


def canonicalise_body(body: bytes, canon: bytes) -> bytes:
    """A body as it is hashed, RFC 6376 section 3.4; no pattern looks at a byte twice."""
    body = _with_crlf(body)
    if canon == b"relaxed":
        body = _close_up(body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    if end == 0:
        return b"" if canon == b"relaxed" else b"\r\n"
    return body[:end] + b"\r\n"


def _close_up(body: bytes) -> bytes:
    """Runs of blanks as one: each pass halves them, and costs a tenth of a pattern's."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    return body


def _with_crlf(given: bytes) -> bytes:
    if given.count(b"\n") == given.count(b"\r\n"):
        return given
    return _BARE_LF.sub(b"\r\n", given)
