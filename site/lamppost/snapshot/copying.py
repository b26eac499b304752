"""Pages of the site as pages of the copy: relative links, no scripts, and the stamp. Pure."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape

from lamppost.snapshot.addresses import Address, file_of, link_between, read_address
from lamppost.snapshot.crawling import CSS, HTML, LINK, SCRIPTS, STYLE_LINK, Crawl, Fetched
from lamppost.wording import say_moment

JSON_TYPES = frozenset({"application/json", "application/feed+json"})
_LIVE = re.compile(r'\s(?:data-hx-[a-z-]+|data-refresh|data-not-fresh)="[^"]*"')
_MAIN = re.compile(r"<main\b[^>]*>")
Links = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the copy says of itself."""

    made_at: datetime
    newest_reading_at: datetime | None
    live: str

    def words(self) -> str:
        """When it was made, and that nothing later is in it."""
        return (
            f"Live data stopped at that moment: what happened since is not shown here. "
            f"Its newest reading is from {say_moment(self.newest_reading_at)}."
            if self.newest_reading_at is not None
            else "Nothing had been measured when it was made, and nothing since is shown here."
        )

    def html(self) -> str:
        """The stamp of a page, in words that need no script to be true later."""
        moment = self.made_at.astimezone(UTC).isoformat(timespec="seconds")
        live = escape(f"{self.live}/status/")
        return (
            '\n<div class="nhsuk-inset-text" role="region" aria-label="About this copy" id="copy">'
            f'<p><strong>This is a copy, made <time datetime="{moment}">'
            f"{say_moment(self.made_at)}</time>.</strong> {self.words()}</p>"
            f'<p>When it can be reached, the live page is at <a href="{live}">{live}</a>.</p></div>'
        )

    def document(self) -> dict[str, str | None]:
        """The same for programs."""
        newest = self.newest_reading_at
        return {
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "newest_reading_at": newest.astimezone(UTC).isoformat() if newest else None,
            "live": self.live,
        }


def copy_page(
    address: Address,
    page: Fetched,
    *,
    crawl: Crawl,
    arguments: Callable[[str], frozenset[str] | None],
    stamp: Stamp,
) -> bytes:
    """A page as it stands in the copy.

    Args:
        address: where it is on the site.
        page: as the site gave it.
        crawl: what else is in the copy.
        arguments: which query arguments the view at a path reads; None when it is not public.
        stamp: what the copy says of itself.
    """
    file = file_of(address)

    def link_to(link: str) -> str:
        path = link.partition("#")[0].partition("?")[0]
        target, fragment = read_address(link, arguments(path) or frozenset())
        found = crawl.find(target)
        # What is not in the copy is on the live site.
        return stamp.live + link if found is None else link_between(file, file_of(found), fragment)

    if page.media_type == HTML:
        return _copy_html(page.text, link_to, stamp).encode()
    if page.media_type == CSS:
        return STYLE_LINK.sub(lambda m: f'url("{link_to(m["link"])}")', page.text).encode()
    if page.media_type in JSON_TYPES:
        return _copy_json(page.body, stamp)
    return page.body


def _copy_html(text: str, link_to: Links, stamp: Stamp) -> str:
    text = _LIVE.sub("", SCRIPTS.sub("", text))
    text = LINK.sub(lambda m: f'{m["name"]}="{escape(link_to(unescape(m["link"])))}"', text)
    text = text.replace("</title>", f" (copy of {say_moment(stamp.made_at)})</title>", 1)
    return _MAIN.sub(lambda m: m[0] + stamp.html(), text, count=1)


def _copy_json(body: bytes, stamp: Stamp) -> bytes:
    """The document with one more key: a program that reads it later can know its age."""
    document = json.loads(body)
    document["_copy"] = stamp.document()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
