"""A finished public page: its bytes, its headers, and when it stops being true."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

# What the view says of its answer, taken off before it leaves: areas, and until when it is true.
AREAS_HEADER = "X-Page-Areas"
UNTIL_HEADER = "X-Page-Until"
Generations = Mapping[str, int]
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer in both encodings, and when it stops being true."""

    body: bytes
    packed: bytes | None
    headers: Headers
    packed_headers: Headers
    bare_headers: Headers
    packed_bare_headers: Headers
    etag: str
    packed_etag: str
    last_modified: str | None
    areas: tuple[str, ...]
    numbers: tuple[int, ...]
    until: float | None


def finish_page(headers: Headers, body: bytes, generations: Generations) -> Page:
    """Compress, tag and head a page once, for every time it will be sent."""
    areas = tuple((find_header(headers, AREAS_HEADER) or "").split())
    until = find_header(headers, UNTIL_HEADER)
    rest = without_headers(
        headers, AREAS_HEADER, UNTIL_HEADER, "Content-Length", "ETag", "Set-Cookie"
    )
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    etag, packed_etag = f'"{digest}"', f'"{digest}-gzip"'
    packed = gzip.compress(body, 9, mtime=0)
    bare, packed_bare = [*rest, ("ETag", etag)], [*rest, ("ETag", packed_etag)]
    return Page(
        body=body,
        packed=packed,
        headers=[*bare, ("Content-Length", str(len(body)))],
        packed_headers=[
            *packed_bare,
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(packed))),
        ],
        # A 304 carries no Content-Length: some clients would wait for a body of that length.
        bare_headers=without_headers(bare, "Content-Type"),
        packed_bare_headers=without_headers(packed_bare, "Content-Type"),
        etag=etag,
        packed_etag=packed_etag,
        last_modified=find_header(rest, "Last-Modified"),
        areas=areas,
        numbers=tuple(generations.get(area, 0) for area in areas),
        until=float(until) if until else None,
    )


def find_header(headers: Headers, name: str) -> str | None:
    """The value of a header, whatever its case, or None."""
    for found, value in headers:
        if found.lower() == name.lower():
            return value
    return None


def without_headers(headers: Headers, *names: str) -> Headers:
    """The headers without those named, whatever their case."""
    unwanted = {name.lower() for name in names}
    return [(name, value) for name, value in headers if name.lower() not in unwanted]
