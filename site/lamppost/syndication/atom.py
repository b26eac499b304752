"""Atom 1.0 (RFC 4287)."""

from collections.abc import Iterable

from lamppost.syndication.entry import Channel, Entry
from lamppost.syndication.generator import BUILDING, make_generator

MEDIA_TYPE = "application/atom+xml"


def atom(channel: Channel, entries: Iterable[Entry]) -> bytes:
    """The feed as Atom, entries in the order given; the same input gives the same bytes."""
    with BUILDING:
        document: bytes = make_generator(channel, tuple(entries), MEDIA_TYPE).atom_str()
    return document
