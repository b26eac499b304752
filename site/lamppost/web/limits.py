"""Coarse limits by source on what reaches Flask; sign-in has its own, durable ones besides.

Kept in the memory of each process: a flood is slowed, and nothing is promised to the request.
"""

from flask import Blueprint, Flask
from flask_limiter import Limiter

from lamppost.web.peers import client_address

# A hospital behind one address loads panels all day; a flood is far beyond this.
PER_SOURCE = "1200 per minute"
# A shift signs in within minutes; each try costs the service a password hash.
SIGN_INS_PER_SOURCE = "240 per minute"

# Whoever asks for letters to other people's mailboxes one after the other is no reader.
LETTERS_PER_SOURCE = "30 per minute"


def init_app(app: Flask, *, is_limited: bool = True) -> Limiter:
    """Count what is not answered from the page cache; 429 with Retry-After beyond the limit.

    Gives what counts, for `limit_sign_in` when the rooms are known.
    """
    limiter = Limiter(
        key_func=lambda: str(client_address()),
        default_limits=[PER_SOURCE],
        storage_uri="memory://",
        headers_enabled=True,
        enabled=is_limited,
    )
    limiter.init_app(app)
    return limiter


def limit_sign_in(limiter: Limiter, blueprint: Blueprint) -> None:
    """Count what is posted to sign in by itself, beside what the source does otherwise."""
    limiter.limit(SIGN_INS_PER_SOURCE, methods=["POST"], override_defaults=False)(blueprint)


def limit_letters(limiter: Limiter, blueprint: Blueprint) -> None:
    """Count what is posted to be written to by itself, beside what the source does otherwise."""
    limiter.limit(LETTERS_PER_SOURCE, methods=["POST"], override_defaults=False)(blueprint)
