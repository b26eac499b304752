"""Declares an address of the API: what it reads, what it answers, and how that is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel

from lamppost.web.api_v1.asked import Asked, read_asked
from lamppost.web.api_v1.shapes.paging import Listing
from lamppost.web.guard import open_to_all
from lamppost.web.problems import Fault, ProblemError

A = TypeVar("A", bound=Asked)
WHY_OPEN = "the public API: it reads what the public pages show"


@dataclass(frozen=True, slots=True)
class Operation:
    """What the OpenAPI document says of an address."""

    summary: str
    asked: type[Asked]
    answer: type[BaseModel]


def operation(
    summary: str, *, answer: type[BaseModel], asked: type[A]
) -> Callable[[Callable[..., BaseModel]], Callable[..., Response]]:
    """Let a view be asked with checked arguments and answer with a checked document.

    The view gets its arguments first, then those of its path by name.
    """

    def decorate(view: Callable[..., BaseModel]) -> Callable[..., Response]:
        @wraps(view)
        def respond(**path: Any) -> Response:
            return _respond(view(read_asked(asked, request.args), **path))

        respond.operation = Operation(summary, asked, answer)  # type: ignore[attr-defined]  # read by openapi.py
        return open_to_all(WHY_OPEN, is_kept=True)(respond)

    return decorate


def not_found(what: str, key: str, how: str) -> ProblemError:
    """There is no such thing, or none that may be seen."""
    return ProblemError(
        404, f"There is no {what} {key}.", [Fault("path", f"{key} is not known", how)]
    )


def _respond(document: BaseModel) -> Response:
    response = Response(document.model_dump_json(by_alias=True), mimetype="application/json")
    if isinstance(document, Listing) and document.next is not None:
        response.headers["Link"] = f'<{document.next}>; rel="next"'
    response.cache_control.public = True
    response.cache_control.no_cache = True
    response.add_etag()
    # In place: it gives the same response back, typed as its base.
    response.make_conditional(request)
    return response
