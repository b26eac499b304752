"""The code from the email: made, kept as a keyed digest, and compared."""

import hashlib
import hmac
import secrets

from postmaster.registrations.rules import CODE_DIGITS

# Letters and digits that are not taken for one another when read out on the telephone.
_PLAIN = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # pragma: allowlist secret
REFERENCE_LETTERS = 6


def make_code() -> str:
    """A code of digits, each as likely as any other."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def make_key() -> str:
    """What the applicant's cookie carries."""
    return secrets.token_urlsafe(32)


def digest_key(key: str) -> str:
    """How the key of a cookie is kept."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def digest_code(pepper: bytes, registration_id: int, code: str) -> str:
    """How a code is kept: without the pepper, six digits would be guessed from a digest at once."""
    return hmac.new(pepper, f"{registration_id}:{code}".encode(), hashlib.sha256).hexdigest()


def is_code(pepper: bytes, registration_id: int, typed: str, digest: str) -> bool:
    """Whether what was typed is the code; blanks are no matter."""
    made = digest_code(pepper, registration_id, "".join(typed.split()))
    return hmac.compare_digest(made, digest)


def make_reference(prefix: str) -> str:
    """A reference to say on the telephone: `PH-7K3D9Q`."""
    return f"{prefix}-{''.join(secrets.choice(_PLAIN) for _ in range(REFERENCE_LETTERS))}"
