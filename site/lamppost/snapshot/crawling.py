"""Ask the site for every page of the copy: what links lead to is found without being listed.

A page that is added to the status is in the copy as soon as something links to it.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from flask import Flask
from werkzeug.test import Client

from lamppost.snapshot.addresses import Address, is_of_the_copy, read_address
from lamppost.web.public import arguments_of

HTML, CSS = "text/html", "text/css"
LINK = re.compile(r'\b(?P<name>href|src|action)="(?P<link>/(?!/)[^"]*)"')
# A copy does not move: what would ask the site again is taken out, whole.
SCRIPTS = re.compile(r"\s*<(script|noscript)\b[^>]*>.*?</\1>", re.DOTALL)
STYLE_LINK = re.compile(r"url\(\s*(?P<quote>['\"]?)(?P<link>/(?!/)[^'\")]+)(?P=quote)\s*\)")
# Far beyond any real status; a copy that grew without end would fill the disk.
MOST = 20_000


class SnapshotError(Exception):
    """The copy cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as the site gave it."""

    body: bytes
    media_type: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@dataclass(slots=True)
class Crawl:
    """Everything that belongs to the copy: pages by address, and what leads elsewhere."""

    pages: dict[Address, Fetched] = field(default_factory=dict)
    moved: dict[Address, Address] = field(default_factory=dict)

    def find(self, address: Address) -> Address | None:
        """The address of the page one leads to, or None when it is not in the copy."""
        found = self.moved.get(address, address)
        return found if found in self.pages else None


def crawl(app: Flask, *, base_url: str) -> Crawl:
    """Ask for the addresses without arguments and for all that they lead to.

    Raises:
        SnapshotError: a page fails, or there are too many.
    """
    client = Client(app)
    found = Crawl()
    waiting = deque(_seeds(app))
    seen = set(waiting)
    while waiting:
        address = waiting.popleft()
        answer = client.get(address.asked, base_url=base_url)
        if answer.status_code >= 500:  # noqa: PLR2004 - the site's own failures
            raise SnapshotError(f"{address.asked} answers {answer.status_code}; see the log.")
        leads_to: list[str] = []
        if answer.status_code == 200:  # noqa: PLR2004 - OK
            page = Fetched(answer.data, answer.mimetype or "")
            found.pages[address] = page
            leads_to = list(links_of(page))
        elif answer.location is not None:
            leads_to = [urlsplit(urljoin(address.path, answer.location)).path]
            for target in _read(app, leads_to):
                found.moved[address] = target
        for target in _read(app, leads_to):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
        if len(seen) > MOST:
            raise SnapshotError(f"There are more than {MOST:,} pages; something links in circles.")
    return found


def links_of(page: Fetched) -> Iterator[str]:
    """The addresses on this site a page or a style sheet names."""
    if page.media_type == HTML:
        still = SCRIPTS.sub("", page.text)
        yield from (unescape(link["link"]) for link in LINK.finditer(still))
    elif page.media_type == CSS:
        yield from (link["link"] for link in STYLE_LINK.finditer(page.text))


def _read(app: Flask, links: list[str]) -> Iterator[Address]:
    """The public pages of the copy among these links."""
    for link in links:
        path = urlsplit(link).path
        if not is_of_the_copy(path):
            continue
        arguments = arguments_of(app, unquote(path))
        if arguments is not None:
            yield read_address(link, arguments)[0]


def _seeds(app: Flask) -> list[Address]:
    """Every public address that needs no argument; the rest is linked from one of them."""
    rules = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments - set(rule.defaults or ())
    )
    return list(dict.fromkeys(_read(app, rules)))
