"""The client's address, as the proxies we trust tell it, and never as anybody else does."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import request

from lamppost.settings import Network
from lamppost.web.context import settings

Address = IPv4Address | IPv6Address
# A chain longer than this is nobody's honest path; only its nearest part is read.
LONGEST_CHAIN = 20
NOWHERE: Address = IPv4Address("0.0.0.0")  # nosec B104 # noqa: S104 - no address, it binds nothing


def client_address() -> Address:
    """The address of the one who asks: the nearest that is not a proxy we trust."""
    peer = _read(request.environ.get("REMOTE_ADDR", ""))
    chain = request.headers.get("X-Forwarded-For", "").split(",")[-LONGEST_CHAIN:]
    return find_client(peer, chain, settings().trusted_proxies)


def find_client(
    peer: Address | None, chain: Sequence[str], trusted: Sequence[Network] | int
) -> Address:
    """Walk the chain from its near end for as long as the one who spoke is trusted.

    Args:
        peer: who connected to us; None when that is not an IP address.
        chain: X-Forwarded-For, the farthest first; each part is believed only if the one who
            passed it on is trusted.
        trusted: the networks of our own proxies, or how many of them every request passes.
    """
    found = peer or NOWHERE
    if isinstance(trusted, int):
        told = _read(chain[-trusted]) if 0 < trusted <= len(chain) else None
        return told or found
    for part in reversed(chain):
        if not is_within(found, trusted):
            break
        told = _read(part)
        if told is None:
            break
        found = told
    return found


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    return any(address in network for network in networks)


def _read(text: str) -> Address | None:
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
