"""Keys by purpose, all from the one secret: cookies, sealed columns, the audit's signature."""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lamppost.settings import Settings


def derive_key(settings: Settings, purpose: str) -> bytes:
    """32 bytes for a purpose; another purpose's key tells nothing about this one."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"lamppost {purpose}".encode())
    return derivation.derive(_secret(settings).encode())


def cookie_key(settings: Settings) -> str:
    """What signs the session cookie."""
    return urlsafe_b64encode(derive_key(settings, "cookie")).decode()


def sealing_key(settings: Settings) -> bytes:
    """A Fernet key for columns that are kept sealed, such as TOTP secrets."""
    return urlsafe_b64encode(derive_key(settings, "sealed columns"))


def stop_key(settings: Settings) -> bytes:
    """What makes the links by which a subscriber lets go."""
    return derive_key(settings, "stop links")


def code_key(settings: Settings) -> bytes:
    """What the codes of registrations are digested with."""
    return derive_key(settings, "registration codes")


def answers_key(settings: Settings) -> bytes:
    """What characters of security answers are digested with, and chosen by."""
    return derive_key(settings, "security answers")


def audit_signer(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs the heads of the audit's days."""
    return Ed25519PrivateKey.from_private_bytes(derive_key(settings, "audit heads"))


def _secret(settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return _development_secret(settings.data / "secret_key")


def _development_secret(path: Path) -> str:
    """A secret made once and kept in the data folder, for development only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
