"""How far a fetch may go: which addresses are inner ones, and where a redirect may lead.

The addresses asked about are those the connection is then made to, so a name that answers
differently a moment later gains nothing. Ranges: the IANA special-purpose registries, as Python's
`ipaddress` has them.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from probes.faults import ProberUnfitError, TargetFailedError

# RFC 6052: an IPv4 address in the last 32 bits. RFC 8215's local prefix is an inner network itself.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LAST_32_BITS = 0xFFFF_FFFF
# RFC 6598: addresses a carrier keeps to itself.
CARRIER_GRADE = ipaddress.IPv4Network("100.64.0.0/10")


class Reach(StrEnum):
    """How far a target's own address may be: anywhere, or public addresses alone."""

    ANY = "any"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Way:
    """One fetch: the host that was written down, and how far it may be."""

    host: str
    reach: Reach

    @classmethod
    def of(cls, url: str, reach: Reach) -> Self:
        """The way of an address somebody typed."""
        return cls(_plain(urlsplit(url).hostname or ""), reach)

    def check(self, host: str, addresses: Iterable[str]) -> None:
        """Refuse to connect where this fetch has no business.

        Raises:
            ProberUnfitError: the typed host is an inner one, and only public ones are allowed.
            TargetFailedError: a redirect leads to another host on an inner network.
        """
        is_typed = _plain(host) == self.host
        if is_typed and self.reach is Reach.ANY:
            return
        for address in addresses:
            kind = inner_kind(address)
            if kind is None:
                continue
            if is_typed:
                raise ProberUnfitError(
                    "inner-address",
                    f"{host} is {address}, {kind}, and this target may only be a public address: "
                    'mend the address, or set reach = "any" if an inner service is meant.',
                )
            raise TargetFailedError(
                "inner-redirect",
                f"It redirects to {host}, which is {address}, {kind}. A redirect may not lead to "
                "another host of an inner network: write that address down as the target.",
            )


def check_redirect(url: str) -> None:
    """Refuse a redirect to what is no web page, or one that carries a user name.

    Raises:
        TargetFailedError: the sentence says which.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise TargetFailedError(
            "redirect", f"It redirects to a {parts.scheme or 'nameless'}: address, not a web page."
        )
    if "@" in parts.netloc:
        raise TargetFailedError("redirect", "It redirects to an address with a user name in it.")


def inner_kind(address: str) -> str | None:
    """What makes an address an inner one, in words; None for a public one."""
    found: ipaddress.IPv4Address | ipaddress.IPv6Address
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = _ipv4_within(found)
        if inside is not None:
            kind = inner_kind(str(inside))
            return kind and f"{kind} written as IPv6"
        if found.is_site_local:
            return "a site-local address"
    elif found in CARRIER_GRADE:
        return "a carrier-grade NAT address"
    for is_kind, words in (
        (found.is_unspecified, "the unspecified address"),
        (found.is_loopback, "a loopback address"),
        (found.is_link_local, "a link-local address, where clouds keep their metadata"),
        (found.is_multicast, "a multicast address"),
        (found.is_reserved, "a reserved address"),
        (found.is_private, "a private address"),
        (not found.is_global, "no public address"),
    ):
        if is_kind:
            return words
    return None


def _ipv4_within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & LAST_32_BITS)
    return None


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
