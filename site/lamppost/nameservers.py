"""The DNS that judging mail is handed: the real one, or zones from a file in its place."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from postmaster.spoofing.resolving import DnsAnswer, DnsTrouble

_MOST_ALIASES = 8
_TIMEOUT = "TIMEOUT"
_RESOLV_CONF = "/etc/resolv.conf"
_SILENCES = 3
_PAUSE_SECONDS = 30.0


class ZoneFileError(ValueError):
    """A file of zones cannot be used; the message says what is wrong with it and where."""


class SystemResolver:
    """The machine's own resolver, with its cache; safe to share between threads.

    A server that let three questions in a row time out is not asked again for half a minute:
    otherwise each of a thousand messages would wait for it anew.
    """

    def __init__(self, servers: Sequence[str] = (), *, port: int = 53) -> None:
        """Take the machine's servers, or those given."""
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.cache = dns.resolver.LRUCache()
        self._resolver.port = port
        self._resolver.nameservers = list(servers)
        self._silent = 0
        self._asks_again_at = 0.0
        if not servers:
            with suppress(dns.resolver.NoResolverConfiguration):
                # Without a server every question ends as a failure, which a verdict can say.
                self._resolver.read_resolv_conf(_RESOLV_CONF)

    def lookup(self, name: str, kind: str, *, seconds: float) -> DnsAnswer:
        """The records of a kind at a name; aliases followed, never an exception."""
        if time.monotonic() < self._asks_again_at:
            return DnsAnswer(trouble=DnsTrouble.TIMEOUT)
        answer = self._ask(name, kind, seconds)
        self._silent = self._silent + 1 if answer.trouble is DnsTrouble.TIMEOUT else 0
        if self._silent >= _SILENCES:
            self._silent, self._asks_again_at = 0, time.monotonic() + _PAUSE_SECONDS
        return answer

    def _ask(self, name: str, kind: str, seconds: float) -> DnsAnswer:
        try:
            answer = self._resolver.resolve(name, kind, lifetime=seconds, search=False)
        except dns.resolver.NXDOMAIN:
            return DnsAnswer(trouble=DnsTrouble.NO_SUCH_NAME)
        except dns.resolver.NoAnswer:
            return DnsAnswer()
        except dns.exception.Timeout:
            return DnsAnswer(trouble=DnsTrouble.TIMEOUT)
        except (dns.exception.DNSException, OSError, ValueError):
            return DnsAnswer(trouble=DnsTrouble.SERVER)
        return DnsAnswer(tuple(_to_value(record) for record in answer))


def _to_value(record: Any) -> bytes | str | tuple[int, str]:
    if record.rdtype == dns.rdatatype.TXT:
        return b"".join(record.strings)
    if record.rdtype == dns.rdatatype.MX:
        return record.preference, record.exchange.to_text(omit_final_dot=True)
    if record.rdtype == dns.rdatatype.PTR:
        return str(record.target.to_text(omit_final_dot=True))
    return str(record.to_text())


class ZoneResolver:
    """A resolver that knows what a file says and nothing else.

    `{"name": [{"TXT": "..."}, {"A": "..."}, {"MX": [10, "..."]}, "TIMEOUT"]}`. A name with TIMEOUT
    answers what is written before it and times out for every other kind. A name that is not there
    does not exist, unless one under it does.
    """

    def __init__(self, zones: Mapping[str, Sequence[Any]]) -> None:
        """Take the zones.

        Raises:
            ZoneFileError: a name's value is no list of records.
        """
        self._zones = {_fold(name): _read_records(name, rows) for name, rows in zones.items()}
        self._above = {
            parent for name in self._zones for parent in _list_parents(name)
        } - self._zones.keys()

    def lookup(self, name: str, kind: str, *, seconds: float) -> DnsAnswer:
        """The records of a kind at a name, at once."""
        at = _fold(name)
        for _ in range(_MOST_ALIASES):
            records = self._zones.get(at)
            if records is None:
                return DnsAnswer(trouble=None if at in self._above else DnsTrouble.NO_SUCH_NAME)
            values = tuple(value for is_kind, value in records if is_kind == kind)
            if values:
                return DnsAnswer(values)
            if any(is_kind == _TIMEOUT for is_kind, _ in records):
                return DnsAnswer(trouble=DnsTrouble.TIMEOUT)
            alias = next((value for is_kind, value in records if is_kind == "CNAME"), None)
            if alias is None:
                return DnsAnswer()
            at = _fold(str(alias))
        # Aliases that lead back to themselves lead to nothing.
        return DnsAnswer()


def read_zones(path: Path) -> ZoneResolver:
    """The resolver of a file of zones.

    Raises:
        ZoneFileError: it is no JSON, or not of the shape above.
    """
    try:
        zones = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ZoneFileError(f"{path}: {error}") from None
    if not isinstance(zones, dict):
        raise ZoneFileError(f'{path}: write an object, {{"name": [{{"TXT": "..."}}]}}')
    return ZoneResolver(zones)


def _fold(name: str) -> str:
    return name.rstrip(".").lower()


def _list_parents(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels))]


def _read_records(name: str, rows: Any) -> list[tuple[str, bytes | str | tuple[int, str]]]:
    if not isinstance(rows, list):
        raise ZoneFileError(f"{name}: write a list of records")
    records: list[tuple[str, bytes | str | tuple[int, str]]] = []
    for row in rows:
        if row == _TIMEOUT:
            records.append((_TIMEOUT, ""))
        elif isinstance(row, dict):
            records.extend(
                (kind.upper(), _read_value(name, kind, given)) for kind, given in row.items()
            )
        else:
            raise ZoneFileError(f'{name}: {row!r} is neither a record nor "TIMEOUT"')
    return records


def _read_value(name: str, kind: str, given: Any) -> bytes | str | tuple[int, str]:
    if kind.upper() == "MX":
        if isinstance(given, list) and len(given) == 2 and isinstance(given[0], int):  # noqa: PLR2004 - preference and host
            return given[0], str(given[1])
        raise ZoneFileError(f"{name}: write MX as [10, host]")
    text = "".join(map(str, given)) if isinstance(given, list) else str(given)
    if kind.upper() == "TXT":
        return text.encode("utf-8", "surrogateescape")
    return text
