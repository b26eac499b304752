"""What HTML a bulletin may hold: an allow-list per tag, applied after every rendering.

Python-Markdown lets raw HTML through, so nothing may reach a page without passing here.
"""

import html as entities
import re

import nh3

_CELL = {"class", "scope", "colspan", "rowspan"}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "class", "id"},
    "abbr": {"title"},
    "blockquote": {"class"},
    "caption": {"class"},
    "details": {"class", "open"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "h2": {"id", "class"},
    "h3": {"id", "class"},
    "h4": {"id", "class"},
    "h5": {"id", "class"},
    "h6": {"id", "class"},
    "img": {"src", "alt", "width", "height", "title"},
    "li": {"id"},
    "ol": {"class", "start"},
    "p": {"class"},
    "span": {"class"},
    "summary": {"class"},
    "sup": {"id"},
    "table": {"class"},
    "tbody": {"class"},
    "td": _CELL,
    "th": _CELL,
    "thead": {"class"},
    "tr": {"class"},
    "ul": {"class"},
}
_TAGS = {*_ATTRIBUTES, "b", "br", "code", "dd", "dl", "dt", "em", "hr", "i", "pre", "strong", "sub"}
_SCHEMES = {"http", "https", "mailto", "tel"}
# Elements whose words must not run into their neighbours' when the tags go.
_BLOCK = re.compile(r"</?(?:p|li|[uo]l|d[ldt]|h[2-6]|table|caption|t[rhd]|div|pre|br|hr)\b")
_CLASSES = ("nhsuk-", "footnote")


def sanitise(html: str) -> str:
    """The HTML with everything not on the list taken away; handlers and scripts go whole."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def plain_text(html: str) -> str:
    """The words of sanitised HTML on one line, for the search and for summaries."""
    words = nh3.clean(_BLOCK.sub(r" \g<0>", html), tags=set())
    return " ".join(entities.unescape(words).split())


def _keep_attribute(_tag: str, attribute: str, value: str) -> str | None:
    """Classes only of the design system, so that no author can dress text up as our own parts."""
    if attribute == "class":
        return " ".join(name for name in value.split() if name.startswith(_CLASSES)) or None
    if attribute == "src" and not value.startswith("/bulletins/media/"):
        return None
    return value
