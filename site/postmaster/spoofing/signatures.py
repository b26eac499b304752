"""DKIM (RFC 6376): tags, keys and header forms by dkimpy, hashing in `signed_message.py`.

Keys are checked by OpenSSL; dkimpy reckons RSA in Python. The moment of receipt, not today's,
decides whether a signature was still good. RSA keys under 1,024 bits and SHA-1 count for nothing
(RFC 8301).
"""

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from dkim.canonicalization import CanonicalizationPolicy, InvalidCanonicalizationPolicyError
from dkim.util import InvalidTagValueList, parse_tag_value
from nacl.exceptions import BadSignatureError

from postmaster.spoofing.domains import to_dns_name
from postmaster.spoofing.lookups import Lookups, list_texts
from postmaster.spoofing.resolving import DnsTrouble
from postmaster.spoofing.signed_message import NotVerifiedError, SignedMessage
from postmaster.spoofing.verdict import Check

# Longer than any signature in use, in bytes.
_LONGEST_SIGNATURE = 8_192
_SMALLEST_KEY = 1_024
_LONGEST_KEY = 8_192
_CLOCKS_DIFFER = timedelta(hours=10)
_BLANKS = re.compile(rb"[ \t\r\n]+")
_NO_BLANKS = (b"b", b"bh", b"h", b"d", b"s", b"i", b"a", b"c", b"q", b"l")
_NAME = re.compile(rb"[\x80-\xff\w.-]+")
_ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}
Signature = dict[bytes, bytes]


def check_signatures(
    message: SignedMessage, lookups: Lookups, *, at: datetime
) -> tuple[Check, tuple[str, ...]]:
    """The best result over all signatures, and the domains whose signatures verified."""
    results: list[Check] = []
    signed_by: list[str] = []
    for field in message.signatures:
        try:
            signed_by.append(_verify(message, field, lookups, at))
            results.append(Check.PASS)
        except NotVerifiedError as error:
            results.append(error.check)
    order = (Check.PASS, Check.TEMPERROR, Check.FAIL, Check.PERMERROR)
    best = next((check for check in order if check in results), Check.NONE)
    return best, tuple(dict.fromkeys(signed_by))


def _verify(
    message: SignedMessage, field: tuple[bytes, bytes], lookups: Lookups, at: datetime
) -> str:
    signature = _read_signature(field[1])
    _check_times(signature, at)
    policy = _get_policy(signature)
    length = int(signature[b"l"]) if signature.get(b"l") else None
    if message.digest_body(policy.body_algorithm.name, length) != _decode(signature[b"bh"]):
        raise NotVerifiedError(Check.FAIL, "the body was changed")
    names = [name.lower() for name in signature[b"h"].split(b":")]
    if b"from" not in names:
        raise NotVerifiedError(Check.PERMERROR, "From is not signed")
    # One more From than was signed: a second one put on top must break the signature.
    digest = _digest_header(message, field, policy.header_algorithm, [*names, b"from"])
    _check_key(signature, digest, lookups)
    # By the name whose key was asked for, never by what it would look like: a key under an `xn--`
    # name that folds to ours is not our key.
    return to_dns_name(signature[b"d"].decode("utf-8", "replace"))


def _read_signature(value: bytes) -> Signature:
    if len(value) > _LONGEST_SIGNATURE:
        raise NotVerifiedError(Check.PERMERROR, "the signature is too long")
    try:
        signature: Signature = parse_tag_value(value)
        for tag in _NO_BLANKS:
            if tag in signature:
                signature[tag] = _BLANKS.sub(b"", signature[tag])
        timed = {tag: signature[tag] for tag in signature if tag not in (b"t", b"x")}
        dkim.validate_signature_fields(timed)
    except (InvalidTagValueList, dkim.ValidationError, IndexError, UnicodeError) as error:
        raise NotVerifiedError(Check.PERMERROR, str(error)) from None
    if signature[b"a"] not in _ALGORITHMS:
        raise NotVerifiedError(Check.PERMERROR, "its algorithm counts for nothing")
    if not (_NAME.fullmatch(signature[b"d"]) and _NAME.fullmatch(signature[b"s"])):
        raise NotVerifiedError(Check.PERMERROR, "its domain or selector is no name")
    return signature


def _check_times(signature: Signature, at: datetime) -> None:
    times = {}
    for tag in (b"t", b"x"):
        if said := signature.get(tag):
            if not said.isdigit() or len(said) > 12:  # noqa: PLR2004 - the RFC's own bound
                raise NotVerifiedError(Check.PERMERROR, f"{tag.decode()}= is no moment")
            times[tag] = int(said)
    signed, expires = times.get(b"t"), times.get(b"x")
    if signed is not None and expires is not None and expires < signed:
        raise NotVerifiedError(Check.PERMERROR, "it expired before it was made")
    if signed is not None and signed > (at + _CLOCKS_DIFFER).timestamp():
        raise NotVerifiedError(Check.PERMERROR, "it was made in the future")
    if expires is not None and expires < (at - _CLOCKS_DIFFER).timestamp():
        raise NotVerifiedError(Check.FAIL, "it has expired")


def _get_policy(signature: Signature) -> Any:
    try:
        return CanonicalizationPolicy.from_c_value(signature.get(b"c", b"simple/simple"))
    except InvalidCanonicalizationPolicyError:
        raise NotVerifiedError(Check.PERMERROR, "its canonical form is unknown") from None


def _digest_header(
    message: SignedMessage, field: tuple[bytes, bytes], canon: Any, names: Iterable[bytes]
) -> bytes:
    hasher = hashlib.sha256()
    for name, value in message.select(canon, names):
        hasher.update(name + b":" + value)
    ((name, value),) = canon.canonicalize_headers([(field[0], _empty_signature(field[1]))])
    hasher.update(name + b":" + value.rstrip())
    return hasher.digest()


def _empty_signature(value: bytes) -> bytes:
    """The signature field with the value of its `b` taken out, as it was when it was signed."""
    parts = value.split(b";")
    for at, part in enumerate(parts):
        tag, equals, _ = part.partition(b"=")
        if equals and tag.strip() == b"b":
            parts[at] = tag + equals
    return b";".join(parts)


def _check_key(signature: Signature, digest: bytes, lookups: Lookups) -> None:
    selector, domain = (signature[tag].decode("utf-8", "replace") for tag in (b"s", b"d"))
    name = f"{to_dns_name(selector)}._domainkey.{to_dns_name(domain)}"
    answer = lookups.lookup(name, "TXT")
    if answer.trouble in (DnsTrouble.TIMEOUT, DnsTrouble.SERVER):
        raise NotVerifiedError(Check.TEMPERROR, f"{name} could not be asked for")
    failed = NotVerifiedError(Check.PERMERROR, f"{name} has no key")
    for record in list_texts(answer):
        try:
            kind, key, tags = read_key(record)
            _check_leave(kind, tags, signature)
            _check_digest(key, digest, _decode(signature[b"b"]))
        except NotVerifiedError as error:
            failed = error
        else:
            return
    raise failed


@lru_cache(maxsize=512)
def read_key(record: bytes) -> tuple[bytes, Any, Signature]:
    """The kind of a published key, the key, and the record's tags.

    Raises:
        NotVerifiedError: the record holds no key that counts.
    """
    try:
        key, bits, kind, _ = dkim.evaluate_pk(b"", record)
        tags: Signature = parse_tag_value(record)
    except (dkim.KeyFormatError, InvalidTagValueList, KeyError, ValueError, TypeError) as error:
        raise NotVerifiedError(Check.PERMERROR, f"the key cannot be read: {error}") from None
    if kind == b"rsa":
        if not _SMALLEST_KEY <= bits <= _LONGEST_KEY:
            raise NotVerifiedError(Check.PERMERROR, f"a key of {bits} bits counts for nothing")
        key = rsa.RSAPublicNumbers(key["publicExponent"], key["modulus"]).public_key()
    return kind, key, tags


def _check_leave(kind: bytes, tags: Signature, signature: Signature) -> None:
    """Whether the key's owner lets it be used so (RFC 6376 section 3.6.1)."""
    if kind != _ALGORITHMS[signature[b"a"]]:
        raise NotVerifiedError(Check.PERMERROR, "the key is of another kind")
    if b"h" in tags and b"sha256" not in _BLANKS.sub(b"", tags[b"h"]).split(b":"):
        raise NotVerifiedError(Check.PERMERROR, "the key is not for this hash")
    flags = _BLANKS.sub(b"", tags.get(b"t", b"")).split(b":")
    said = signature.get(b"i", b"").rpartition(b"@")[2]
    if b"s" in flags and said and said.lower() != signature[b"d"].lower():
        raise NotVerifiedError(Check.PERMERROR, "the key is for its own domain only")


def _check_digest(key: Any, digest: bytes, signed: bytes) -> None:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signed, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        else:
            key.verify(digest, signed)
    except (InvalidSignature, BadSignatureError, ValueError):
        raise NotVerifiedError(Check.FAIL, "the header was changed, or another key made it") from (
            None
        )


def _decode(text: bytes) -> bytes:
    try:
        return b64decode(text)
    except NotBase64Error:
        raise NotVerifiedError(Check.PERMERROR, "it is no base64") from None
