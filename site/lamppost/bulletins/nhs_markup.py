"""Markdown's elements dressed as the NHS design system's: tables, lists, images and links."""

import re
from xml.etree.ElementTree import Element  # nosec B405 - made, not read

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

MEDIA = "/bulletins/media/"
CAPTION = "Table:"
# One size below the page's own heading, which is large.
_HEADINGS = {"h2": "m", "h3": "s", "h4": "xs", "h5": "xs", "h6": "xs"}
_OTHER_BULLETIN = re.compile(r"(\d{4}-\d\d-\d\d(?:-\d+)?)\.md(#.*)?")
_LISTS = {"ul": "nhsuk-list nhsuk-list--bullet", "ol": "nhsuk-list nhsuk-list--number"}
# Lower than every processor of Markdown's own: they must have made their elements by then.
_LAST = -10


class NhsMarkup(Extension):
    """Adds the classes, captions and addresses the pages need."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Register the processor."""
        md.treeprocessors.register(_Dresser(md), "nhs_markup", _LAST)


class _Dresser(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in _LISTS:
                _add_class(element, _LISTS[element.tag])
            elif element.tag in _HEADINGS and "nhsuk-heading-" not in element.get("class", ""):
                _add_class(element, f"nhsuk-heading-{_HEADINGS[element.tag]}")
            elif element.tag == "img":
                source = element.get("src", "")
                element.set("src", re.sub(r"^(\./)?media/", MEDIA, source))
            elif element.tag == "a":
                _point_to_page(element)
        _dress_tables(root)


def _add_class(element: Element, names: str) -> None:
    element.set("class", f"{element.get('class', '')} {names}".strip())


def _point_to_page(link: Element) -> None:
    """Link to another bulletin's page where the author linked to its file."""
    other = _OTHER_BULLETIN.fullmatch(link.get("href", ""))
    if other:
        link.set("href", f"/bulletins/{other[1]}/{other[2] or ''}")


def _dress_tables(root: Element) -> None:
    heading = ""
    for parent in list(root.iter()):
        # A copy: captions leave the parent while it is walked.
        siblings = list(parent)
        for place, child in enumerate(siblings):
            if child.tag in _HEADINGS:
                heading = "".join(child.itertext())
            if child.tag == "table":
                _dress_table(parent, siblings[place - 1] if place else None, child, heading)


def _dress_table(parent: Element, before: Element | None, table: Element, heading: str) -> None:
    """A caption from a paragraph `Table: …` before it, else the section's heading, not shown."""
    _add_class(table, "nhsuk-table")
    caption = Element("caption", {"class": "nhsuk-table__caption"})
    words = "".join(before.itertext()).strip() if before is not None else ""
    if before is not None and before.tag == "p" and words.startswith(CAPTION):
        caption.text = words.removeprefix(CAPTION).strip()
        parent.remove(before)
    elif heading:
        caption.text = heading
        _add_class(caption, "nhsuk-u-visually-hidden")
    for row in table.iterfind("tbody/tr"):
        _name_row(row)
    for cell in table.iter():
        _dress_cell(cell)
    if caption.text:
        table.insert(0, caption)
    _wrap(parent, table, caption.text or "Table")


def _wrap(parent: Element, table: Element, label: str) -> None:
    """A wide table scrolls inside its own frame, which the keyboard can reach."""
    frame = Element(
        "div",
        {"class": "nhsuk-table-container", "role": "region", "tabindex": "0", "aria-label": label},
    )
    place = list(parent).index(table)
    frame.tail, table.tail = table.tail, "\n"
    parent.remove(table)
    frame.append(table)
    parent.insert(place, frame)


def _name_row(row: Element) -> None:
    """The first cell of a row says what the row is about."""
    first = row.find("td")
    if first is not None:
        first.tag = "th"
        first.set("scope", "row")


def _dress_cell(cell: Element) -> None:
    """Classes instead of Markdown's inline alignment, which the content policy forbids."""
    names = {"thead": "head", "tbody": "body", "tr": "row", "th": "header", "td": "cell"}
    part = names.get(cell.tag)
    if part is None:
        return
    _add_class(cell, f"nhsuk-table__{part}")
    if cell.attrib.pop("align", None) == "right":
        _add_class(cell, f"nhsuk-table__{part}--numeric")
    if cell.tag == "th" and "scope" not in cell.attrib:
        cell.set("scope", "col")
