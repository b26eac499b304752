"""Coarse limits by source on what reaches Flask; sign-in has its own, durable ones besides.

Kept in the memory of each process: a flood is slowed, and nothing is promised to the request.
"""

from flask import Flask
from flask_limiter import Limiter

from lamppost.web.peers import client_address

# A hospital behind one address loads panels all day; a flood is far beyond this.
PER_SOURCE = "1200 per minute"


def init_app(app: Flask) -> None:
    """Count what is not answered from the page cache; 429 with Retry-After beyond the limit."""
    limiter = Limiter(
        key_func=lambda: str(client_address()),
        default_limits=[PER_SOURCE],
        storage_uri="memory://",
        headers_enabled=True,
    )
    limiter.init_app(app)
