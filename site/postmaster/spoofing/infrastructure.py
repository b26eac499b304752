"""Who sent a message, by what cannot be made up: its confirmed name, its network, its signature."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from postmaster.spoofing.alignment import find_by_suffix
from postmaster.spoofing.domains import is_within
from postmaster.spoofing.values import Envelope, RelaySource
from postmaster.spoofing.verdict import Checks

# A neighbourhood of addresses that one sender usually holds: 256 of IPv4, one site of IPv6.
_PREFIXES = {4: 24, 6: 48}
_NO_NAMES = ("", "unknown")
_MOST_KEYS = 16
_WIDEST = 200
Address = IPv4Address | IPv6Address


def list_infrastructure(envelope: Envelope, checks: Checks) -> tuple[str, ...]:
    """The keys of who sent it; the first is the one a register keeps it under."""
    return tuple(dict.fromkeys(_list_keys(envelope, checks)))[:_MOST_KEYS]


def _list_keys(envelope: Envelope, checks: Checks) -> Iterator[str]:
    name = (envelope.client_name or "").rstrip(".").lower()
    if name not in _NO_NAMES:
        yield f"ptr:{find_by_suffix(name)}"
    if address := read_address(envelope.client_ip):
        around = ip_network(f"{address}/{_PREFIXES[address.version]}", strict=False)
        yield f"ip:{around}"
        yield f"ip:{address}"
    for domain in checks.signed_by:
        yield f"dkim:{domain}"


def read_address(text: str | None) -> Address | None:
    """A client's address; None where there is none, or none that can be read."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_key_of(key: str, envelope: Envelope, checks: Checks) -> bool:
    """Whether an exception's key is one of the sender's; a network may be of any size."""
    kind, _, value = key.lower().partition(":")
    if kind == "ip":
        return is_from(value, envelope)
    if kind == "ptr":
        name = (envelope.client_name or "").rstrip(".").lower()
        return name not in _NO_NAMES and is_within(name, value)
    return kind == "dkim" and value in checks.signed_by


def is_from(network: str, envelope: Envelope) -> bool:
    """Whether the client's address is in a network."""
    address = read_address(envelope.client_ip)
    try:
        return address is not None and address in ip_network(network, strict=False)
    except ValueError:
        return False


def find_relay(
    sources: Iterable[RelaySource], domain: str, envelope: Envelope
) -> RelaySource | None:
    """The registered relay that may send for a domain and is where the message came from."""
    for source in sources:
        if is_within(domain, source.domain) and is_from(source.network, envelope):
            return source
    return None


def rank_key(key: str) -> int:
    """How narrow a key is, the narrowest first: an address, a signature, a network, a name."""
    kind, _, value = key.partition(":")
    if kind != "ip":
        return 1 if kind == "dkim" else _WIDEST
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return _WIDEST
    return 0 if network.prefixlen == network.max_prefixlen else _WIDEST - network.prefixlen
