"""One message's questions to the DNS: each asked once, so many at most, so many seconds in all."""

import time

from postmaster.spoofing.resolving import DnsAnswer, DnsTrouble, Resolver

# More than SPF's ten terms with ten hosts each and eight steps of a tree walk for a few domains
# ever need; a message that wants more is trying to keep us busy.
MOST_LOOKUPS = 200
MOST_SECONDS = 20.0
SECONDS_EACH = 5.0
_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_GIVEN_UP = DnsAnswer(trouble=DnsTrouble.TIMEOUT)
_NO_NAME = DnsAnswer(trouble=DnsTrouble.NO_SUCH_NAME)


class Lookups:
    """A resolver for one verdict, over the resolver that was handed in."""

    def __init__(self, resolver: Resolver, *, most: int = MOST_LOOKUPS) -> None:
        self._resolver = resolver
        self._left = most
        self._seconds = MOST_SECONDS
        self._known: dict[tuple[str, str], DnsAnswer] = {}

    @property
    def asked(self) -> int:
        """How many questions went to the DNS."""
        return len(self._known)

    def lookup(self, name: str, kind: str) -> DnsAnswer:
        """The answer, from memory when it was asked before; a timeout once the budget is spent."""
        plain = name.rstrip(".").lower()
        known = self._known.get((plain, kind))
        if known is not None:
            return known
        if not is_name(plain):
            return _NO_NAME
        if self._left <= 0 or self._seconds <= 0:
            return _GIVEN_UP
        self._left -= 1
        began = time.monotonic()
        answer = self._resolver.lookup(plain, kind, seconds=min(SECONDS_EACH, self._seconds))
        self._seconds -= time.monotonic() - began
        self._known[plain, kind] = answer
        return answer


def is_name(name: str) -> bool:
    """Whether it can be asked for at all: labels and whole not too long, none empty."""
    return (
        0 < len(name) <= _LONGEST_NAME
        and all(0 < len(label) <= _LONGEST_LABEL for label in name.split("."))
        and name.isascii()
    )


def list_texts(answer: DnsAnswer) -> list[bytes]:
    """The TXT records of an answer."""
    return [value for value in answer.values if isinstance(value, bytes)]
