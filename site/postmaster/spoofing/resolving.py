"""The DNS as judging sees it: questions and answers, handed in by whoever asks for a verdict."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class DnsTrouble(StrEnum):
    """Why a question to the DNS has no answer."""

    NO_SUCH_NAME = "no-such-name"
    TIMEOUT = "timeout"
    SERVER = "server-failure"


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What the DNS said: the records' values, or why there are none.

    A TXT record is its joined strings as bytes, an address its text, an MX its preference and host,
    a PTR its name. A name that exists without such a record has no values and no trouble.
    Aliases are followed by the resolver.
    """

    values: tuple[bytes | str | tuple[int, str], ...] = ()
    trouble: DnsTrouble | None = None


class Resolver(Protocol):
    """The DNS, handed in. It never raises, and answers within the seconds it is given."""

    def lookup(self, name: str, kind: str, *, seconds: float) -> DnsAnswer:
        """The records of a kind (`A`, `AAAA`, `MX`, `PTR`, `TXT`) at a name."""
        ...
