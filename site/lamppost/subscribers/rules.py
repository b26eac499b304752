"""What may be asked for, how long a link is good, and the link that lets go."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LINK_LASTS = timedelta(days=7)
# A letter an hour is enough for whoever lost the first, and too few to fill a stranger's mailbox.
LETTER_EVERY = timedelta(hours=1)


class Kind(StrEnum):
    """What a subscription is about."""

    AUDIENCE = "audience"
    TOPIC = "topic"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True, order=True)
class Choice:
    """One thing to be told of."""

    kind: Kind
    value: str

    @classmethod
    def parse(cls, words: str) -> "Choice | None":
        """From `topic:bcdr`; None when it is none."""
        kind, _, value = words.partition(":")
        return cls(Kind(kind), value) if kind in set(Kind) and value else None

    def __str__(self) -> str:
        """As forms carry it."""
        return f"{self.kind}:{self.value}"


def make_stop_token(key: bytes, subscriber_id: str) -> str:
    """What the link that lets go carries: good as long as the subscriber is there."""
    mac = hmac.new(key, subscriber_id.encode(), hashlib.sha256).hexdigest()[:40]
    return f"{subscriber_id}.{mac}"


def read_stop_token(key: bytes, token: str) -> str | None:
    """The subscriber a link is of, or None when nobody here made it."""
    subscriber_id = token.partition(".")[0]
    made = make_stop_token(key, subscriber_id)
    is_ours = hmac.compare_digest(made.encode(), token.encode(errors="replace"))
    return subscriber_id if is_ours else None
