"""Marks a view as public: the same bytes for everybody, kept by the page cache."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from flask import Flask, Response, g, make_response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from lamppost.generation.actions import Area
from lamppost.web.page import AREAS_HEADER, UNTIL_HEADER

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Publicity:
    """What the page cache needs to know of a view."""

    areas: tuple[Area, ...]
    arguments: frozenset[str]
    max_age_s: int


def public_page(
    *, areas: tuple[Area, ...], arguments: tuple[str, ...] = (), max_age_s: int = 0
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, Response]]:
    """Let the page cache keep a view's answer until one of its areas changes.

    Args:
        areas: the parts of the site whose change makes the answer stale; none means never.
        arguments: the query arguments the view reads; all others are dropped before it is called.
        max_age_s: how long a browser or proxy may use it without asking again, in seconds.
    """
    publicity = Publicity(areas, frozenset(arguments), max_age_s)

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
            response = make_response(view(*args, **kwargs))
            response.headers[AREAS_HEADER] = " ".join(publicity.areas)
            until: datetime | None = g.get("true_until")
            if until is not None:
                response.headers[UNTIL_HEADER] = repr(until.timestamp())
            response.cache_control.public = True
            if publicity.max_age_s:
                response.cache_control.max_age = publicity.max_age_s
            else:
                response.cache_control.no_cache = True
            return response

        answer.publicity = publicity  # type: ignore[attr-defined]  # read by `arguments_of`
        return answer

    return decorate


def true_until(moment: datetime | None) -> None:
    """Say until when the page being made is true; the earliest moment said wins."""
    if moment is None:
        return
    said: datetime | None = g.get("true_until")
    g.true_until = moment if said is None else min(said, moment)


def arguments_of(app: Flask, path: str) -> frozenset[str] | None:
    """The query arguments of the public view at a path, or None when it has no public view."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    publicity: Publicity | None = getattr(app.view_functions[endpoint], "publicity", None)
    return publicity.arguments if publicity else None
