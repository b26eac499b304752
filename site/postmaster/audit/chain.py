"""What is hashed and what is signed: the canonical forms that sealing writes and verifying reads.

Entry: SHA-256 over the digest before it (64 hex characters) and the JSON array
`[sequence, sealed_on, entry_id, recorded_at, actor, action, kind, key, organisation, changes,
detail_digest]`, without spaces, UTF-8, dates and UTC moments in ISO 8601.
Head of a day: Ed25519 over `day|first_sequence|last_sequence|previous|head`.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# What the first entry of all follows.
GENESIS = "0" * 64
# The entry that tells of an erasure: its action and kind; its key is the id of the entry erased.
ERASING = "audit.erase"
ERASED_KIND = "audit_entry"
# One encoder for all rows: json.dumps with arguments makes a new one each time.
_encode: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode


class Signer(Protocol):
    """What signs the heads; `Ed25519PrivateKey` is one."""

    def sign(self, data: bytes) -> bytes:
        """The signature over the data, 64 bytes."""
        ...

    def public_key(self) -> Ed25519PublicKey:
        """The key that checks it."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """The chain of one day: which entries it holds, what it follows, what it ends in."""

    day: date
    first_sequence: int
    last_sequence: int
    previous: str
    head: str

    @property
    def message(self) -> bytes:
        """What the signature is over."""
        parts = (self.day, self.first_sequence, self.last_sequence, self.previous, self.head)
        return "|".join(str(part) for part in parts).encode()


def digest_entry(
    previous: str,
    sequence: int,
    sealed_on: date,
    entry_id: int,
    recorded_at: datetime,
    *columns: str | None,
) -> str:
    """The digest of an entry; `columns` are actor to detail_digest, in the order of the table."""
    body = _encode([sequence, str(sealed_on), entry_id, recorded_at.isoformat(), *columns])
    return hashlib.sha256(f"{previous}{body}".encode()).hexdigest()


def is_signed(head: Head, *, signature: str, public_key: str) -> bool:
    """Whether the signature over a head is that key's; both in hex."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), head.message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_hex(key: Ed25519PublicKey) -> str:
    """The key as the day's row keeps it."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
