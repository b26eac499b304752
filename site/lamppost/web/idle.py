"""The idle limit, judged from the signed cookie, so that looking at a page writes nothing."""

from datetime import datetime, timedelta

from flask import session as cookie

from lamppost.people.rules import IDLE_LIMIT

RENEWED_EVERY = timedelta(minutes=1)
SEEN = "seen"


def is_awake(now: datetime) -> bool:
    """Whether the cookie was used within the limit; notes this use, at most once a minute."""
    seen = cookie.get(SEEN)
    if not isinstance(seen, int):
        return False
    rest = now.timestamp() - seen
    if rest > IDLE_LIMIT.total_seconds():
        return False
    if rest >= RENEWED_EVERY.total_seconds():
        cookie[SEEN] = int(now.timestamp())
    return True


def begin(token_field: str, token: str, now: datetime) -> None:
    """Begin a cookie afresh: nothing of the one before is kept, its CSRF token included."""
    cookie.clear()
    cookie[token_field] = token
    cookie[SEEN] = int(now.timestamp())
