"""Numbered pagination as the NHS service manual describes it, for the NHS macro."""

from typing import Any

from lamppost.web.forms import read_number

# Pages shown on each side of the current one; further away stands an ellipsis.
_AROUND = 1
# A million pages.
_PAGE_DIGITS = 6


def paginate(path: str, page: int, pages: int) -> dict[str, Any] | None:
    """The macro's parameters, or None when everything fits on one page."""
    if pages <= 1:
        return None
    parameters: dict[str, Any] = {"items": _items(path, page, pages)}
    if page > 1:
        parameters["previous"] = {"href": address(path, page - 1)}
    if page < pages:
        parameters["next"] = {"href": address(path, page + 1)}
    return parameters


def address(path: str, page: int) -> str:
    """Where a page of a list lives; the first has no number."""
    return path if page == 1 else f"{path}?page={page}"


def _items(path: str, page: int, pages: int) -> list[dict[str, Any]]:
    wanted = {1, pages, *range(max(1, page - _AROUND), min(pages, page + _AROUND) + 1)}
    items: list[dict[str, Any]] = []
    last = 0
    for number in sorted(wanted):
        if number - last > 2:  # noqa: PLR2004 - an ellipsis for a single page would be longer
            items.append({"ellipsis": True})
        elif number - last == 2:  # noqa: PLR2004 - as above
            items.append({"number": number - 1, "href": address(path, number - 1)})
        items.append({"number": number, "href": address(path, number), "current": number == page})
        last = number
    return items


def read_page(given: str) -> int:
    """The page number somebody asked for; 0 for anything that is none."""
    return read_number(given, _PAGE_DIGITS) or 0
