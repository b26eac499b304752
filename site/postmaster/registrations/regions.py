"""The regions a roll-out speaks of, one within another, so that their names may overlap."""

from collections.abc import Collection
from enum import StrEnum


class Region(StrEnum):
    """A part of England as bulletins name it."""

    ENGLAND = "england"
    NORTH = "north"
    CUMBRIA = "cumbria"
    CHESHIRE = "cheshire"
    MERSEYSIDE = "merseyside"
    MIDLANDS_AND_EAST = "midlands-and-east"
    LONDON = "london"
    SOUTH = "south"


REGION_WORDS = {
    Region.ENGLAND: "All of England",
    Region.NORTH: "North",
    Region.CUMBRIA: "Cumbria",
    Region.CHESHIRE: "Cheshire",
    Region.MERSEYSIDE: "Merseyside",
    Region.MIDLANDS_AND_EAST: "Midlands and East",
    Region.LONDON: "London",
    Region.SOUTH: "South",
}
WITHIN = {
    Region.ENGLAND: None,
    Region.NORTH: Region.ENGLAND,
    Region.CUMBRIA: Region.NORTH,
    Region.CHESHIRE: Region.NORTH,
    Region.MERSEYSIDE: Region.NORTH,
    Region.MIDLANDS_AND_EAST: Region.ENGLAND,
    Region.LONDON: Region.ENGLAND,
    Region.SOUTH: Region.ENGLAND,
}
# What somebody may say they are in: the smallest name that fits; a whole of parts is its rest.
PLACES = tuple(region for region in Region if region is not Region.ENGLAND)


def list_up(region: Region) -> tuple[Region, ...]:
    """The region itself, then what it lies in, the nearest first."""
    found: list[Region] = []
    at: Region | None = region
    while at is not None:
        found.append(at)
        at = WITHIN[at]
    return tuple(found)


def say_places(regions: Collection[Region]) -> str:
    """Several places as one name: all of them, or each."""
    if set(regions) == set(PLACES):
        return REGION_WORDS[Region.ENGLAND]
    return "; ".join(say_place(region) for region in PLACES if region in regions)


def say_place(region: Region) -> str:
    """The region as a choice: `North, anywhere else` where parts of it are choices too."""
    has_parts = region in WITHIN.values()
    return f"{REGION_WORDS[region]}, anywhere else" if has_parts else REGION_WORDS[region]
