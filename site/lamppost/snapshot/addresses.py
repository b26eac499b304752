"""Which addresses belong to the copy, and the file each of them is in it. Pure."""

import re
from hashlib import blake2b
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# The status with its interfaces and pictures, and the pages of words a reader needs beside it.
FOLDERS = ("/status/", "/api/v2/", "/assets/")
PAGES = frozenset({"/", "/contacts/", "/feeds/", "/accessibility/", "/cookies/", "/privacy/"})
# A page for each of 90 days of each component stays out: their own pages have the days in a table,
# and a copy is made anew after every change.
_DAYS = re.compile(r"/status/components/[^/]+/days/")
_PLAIN = re.compile(r"[A-Za-z0-9.-]+")


class Address(NamedTuple):
    """A page of the site: its path as it stands in links, and the arguments its view reads."""

    path: str
    query: str = ""

    @property
    def asked(self) -> str:
        """What is asked of the site."""
        return f"{self.path}?{self.query}" if self.query else self.path


def is_of_the_copy(path: str) -> bool:
    """Whether a path belongs to the copy; one that climbs out of its folder does not."""
    segments = unquote(path).split("/")
    if any(segment in {".", ".."} or "\x00" in segment for segment in segments):
        return False
    return path in PAGES or (path.startswith(FOLDERS) and not _DAYS.match(path))


def read_address(link: str, arguments: frozenset[str]) -> tuple[Address, str]:
    """The address of a link and its fragment; arguments the view does not read are dropped."""
    parts = urlsplit(link)
    kept = sorted(pair for pair in parse_qsl(parts.query) if pair[0] in arguments)
    return Address(parts.path, urlencode(kept)), parts.fragment


def file_of(address: Address) -> str:
    """The file of an address, relative to the folder of the copy.

    `/status/` is `status/index.html`; with arguments the name holds them and a hash of them.
    """
    folders = [_name(part) for part in unquote(address.path).strip("/").split("/") if part]
    if not address.path.endswith("/"):
        return "/".join(folders)
    name = "index.html"
    if address.query:
        digest = blake2b(address.query.encode(), digest_size=4).hexdigest()
        name = f"{_name(address.query)[:80]}.{digest}.html"
    return "/".join([*folders, name])


def link_between(file: str, target: str, fragment: str = "") -> str:
    """How one file of the copy links to another; works from disk and from any file server."""
    link = quote(relpath(target, dirname(file) or "."))
    return f"{link}#{fragment}" if fragment else link


def _name(part: str) -> str:
    """A name every file system takes: other characters are written as `_` and their number."""
    return "".join(letter if _PLAIN.fullmatch(letter) else f"_{ord(letter):x}_" for letter in part)[
        :200
    ]
