"""Markdown into HTML that may be shown: rendered, dressed, sanitised."""

import html as entities
import re
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urljoin

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension, slugify
from markdown.preprocessors import Preprocessor

from lamppost.bulletins.nhs_markup import NhsMarkup
from lamppost.bulletins.sanitise import plain_text, sanitise

# Moves when the same Markdown would give other HTML, so that every file is rendered afresh.
RENDERER = "2"
_ADDRESS = re.compile(r'(<(?:a|img)\s(?:[^<>"]|"[^"]*")*?(?:href|src)=")([^"]*)(")')
_RULE = re.compile(r"([> \t]*)-{3,}[ \t]*")
_TAG_TEXT = re.compile(r"[> \t]*-{3} \S")
_FRAME_IDS = ("", "maincontent", "contents", "corrections", "header")
_making = Lock()


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the contents list."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A bulletin's body as a page shows it, its headings, and its words for the search."""

    html: str
    contents: tuple[Heading, ...]
    text: str


class RenderError(Exception):
    """The Markdown cannot be rendered; the message says why, for its author."""


def render(markdown: str) -> Rendered:
    """The body's HTML, safe to show, with headings from h2.

    Raises:
        RenderError: nested too deeply, or too strange for the library.
    """
    with _making:
        _CONVERTER.reset()
        try:
            raw = _CONVERTER.convert(markdown)
        except RecursionError:
            raise RenderError("quotes or lists are nested too deeply; flatten them") from None
        except Exception as error:
            # Whatever the library trips over must not keep the other bulletins from loading.
            words = f"the Markdown cannot be rendered ({error.__class__.__name__}); simplify it"
            raise RenderError(words) from error
        tokens: list[dict[str, Any]] = _CONVERTER.toc_tokens  # type: ignore[attr-defined] # by toc
        contents = tuple(_flatten(tokens))
    html = sanitise(raw)
    return Rendered(html, contents, plain_text(html))


def absolutise(html: str, base: str) -> str:
    """Sanitised HTML with every link and image address absolute, as feeds need them."""
    return _ADDRESS.sub(lambda found: found[1] + _join(base, found[2]) + found[3], html)


def _join(base: str, address: str) -> str:
    return entities.escape(urljoin(base, entities.unescape(address)))


def _flatten(tokens: list[dict[str, Any]]) -> list[Heading]:
    headings: list[Heading] = []
    for token in tokens:
        headings.append(Heading(token["level"], token["id"], entities.unescape(token["name"])))
        headings += _flatten(token["children"])
    return headings


def _heading_id(words: str, separator: str) -> str:
    """An id of the page's own: never empty, never one the page's frame uses."""
    slug = slugify(words, separator)
    return f"section-{slug}" if slug in _FRAME_IDS else slug


class _TagTextKept(Preprocessor):
    """Joins the closing dashes of a quoted spoof tag to its text.

    The service's tag begins and ends with `---`. Where the quotation wraps so that the closing
    dashes stand alone, Markdown would make a heading of the line above.
    """

    def run(self, lines: list[str]) -> list[str]:
        kept: list[str] = []
        in_tag = False
        for line in lines:
            if in_tag and kept and _RULE.fullmatch(line):
                kept[-1] += " ---"
                in_tag = False
                continue
            in_tag = bool(line.strip("> \t")) and (in_tag or bool(_TAG_TEXT.match(line)))
            kept.append(line)
        return kept


class _TagText(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        md.preprocessors.register(_TagTextKept(md), "tag_text", 5)


_CONVERTER = Markdown(
    extensions=[
        TableExtension(use_align_attribute=True),
        TocExtension(baselevel=2, slugify=_heading_id),
        "attr_list",
        "footnotes",
        "def_list",
        "abbr",
        "sane_lists",
        _TagText(),
        NhsMarkup(),
    ],
    tab_length=2,
    output_format="html",
)
