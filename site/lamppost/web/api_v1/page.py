"""Pages of lists: the cursor of the row to go on from, and the address of what follows."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from lamppost.web.api_v1.asked import Paged
from lamppost.web.api_v1.shapes.paging import Listing, Shape
from lamppost.web.context import settings
from lamppost.web.keyset import Cursors, Place
from lamppost.web.problems import ProblemError, bad_argument

R = TypeVar("R")
S = TypeVar("S", bound=Shape)


def read_place(asked: Paged, *, parts: int) -> tuple[Any, ...] | None:
    """The key of the row to go on from, or None for the first page.

    Raises:
        ProblemError: the cursor is not one this address gave.
    """
    if asked.cursor is None:
        return None
    place = Cursors(settings()).read(asked.cursor)
    if place is None or len(place.key) != parts:
        raise stranger_cursor()
    return place.key


def stranger_cursor() -> ProblemError:
    """The cursor is not one this address gave."""
    how = "Take it from `next` of the page before, or leave it out for the first page."
    return bad_argument("cursor", "it is not one this address gave", how)


def make_listing(
    rows: Sequence[R],
    asked: Paged,
    *,
    shape: Callable[[R], S],
    key: Callable[[R], tuple[Any, ...]],
) -> Listing[S]:
    """One page from the rows read, one more than asked for if there are more."""
    shown = rows[: asked.limit]
    following = None
    if len(rows) > asked.limit:
        cursor = Cursors(settings()).write(Place(key(shown[-1]), goes_back=False))
        kept = {name: value for name, value in request.args.items() if name != "cursor"}
        following = f"{settings().base_url}{request.path}?{urlencode({**kept, 'cursor': cursor})}"
    return Listing(items=[shape(row) for row in shown], next=following)
