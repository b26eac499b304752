"""What `check` names in a body although rendering makes it harmless."""

import re

from lamppost.bulletins.problems import Problem
from lamppost.bulletins.source import Source

_CODE = re.compile(r"`[^`\n]*`")
_SCRIPT = re.compile(
    r"<\s*/?\s*(script|style|iframe|object|embed|form|input|button|link|meta|base|svg|template)\b",
    re.IGNORECASE,
)
_HANDLER = re.compile(r"<[^>]*\son\w+\s*=", re.IGNORECASE)
_BAD_LINK = re.compile(r"(?:\]\(|href\s*=\s*[\"']?|<)\s*(javascript|data|vbscript):", re.IGNORECASE)
_FAR_IMAGE = re.compile(r"!\[[^\]]*\]\(\s*(?:https?:)?//", re.IGNORECASE)
_BARE_IMAGE = re.compile(r"!\[\s*\]\(")


def check_body(source: Source) -> list[Problem]:
    """Raw HTML that is taken away, and images no page will show; none of it blocks."""
    found: list[Problem] = []
    for number, line in enumerate(source.body.split("\n"), source.body_line):
        words = _fault(_CODE.sub("", line))
        if words:
            found.append(Problem(source.file, number, words, blocks=False))
    return found


def _fault(line: str) -> str | None:
    tag = _SCRIPT.search(line)
    if tag:
        return f"<{tag[1].lower()}> is taken away from the page; write it in Markdown"
    if _HANDLER.search(line):
        return "an on… attribute is taken away from the page; delete it"
    scheme = _BAD_LINK.search(line)
    if scheme:
        return f"a {scheme[1].lower()}: link is taken away from the page; use an https: address"
    if _FAR_IMAGE.search(line):
        return "an image from another site is not shown; put the file in media/"
    if _BARE_IMAGE.search(line):
        return "the image has no text for those who cannot see it; put it between the brackets"
    return None
