"""A ticket for one download: given to whoever has just been audited, good for a few minutes.

Looking at a page changes nothing, so what must be audited is asked for by a form; the answer leads
the browser to the file with a ticket.
"""

from itsdangerous import BadData, URLSafeTimedSerializer

from lamppost.keys import derive_key
from lamppost.web.context import settings

GOOD_FOR_S = 300


def write_ticket(person: str) -> str:
    """A ticket for this person alone."""
    return _serializer().dumps(person)


def holds_ticket(ticket: str, person: str) -> bool:
    """Whether it is a ticket of this person, and not too old."""
    try:
        return bool(_serializer().loads(ticket, max_age=GOOD_FOR_S) == person)
    except BadData:
        return False


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derive_key(settings(), "tickets"), salt="download")
