"""Failures told to programs as `application/problem+json` (RFC 9457): where, what, how to mend."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

from flask import Response, request

MEDIA_TYPE = "application/problem+json"
# What an API answers with problems instead of pages.
PREFIX = "/api/"
HOW = {
    400: "See /api/v1/openapi.json for what each address reads.",
    404: "See /api/v1/openapi.json for the addresses there are.",
    405: "Ask with GET or HEAD; the public API only reads.",
    429: "Ask again after the seconds in Retry-After, and send If-None-Match with what you have.",
    503: "Ask again in a minute.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what, and how to mend it."""

    where: str
    what: str
    how: str


class ProblemError(Exception):
    """What was asked for cannot be answered; carries every fault found."""

    def __init__(self, status: int, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)


def bad_arguments(faults: Sequence[Fault]) -> ProblemError:
    """The arguments of the address are wrong."""
    return ProblemError(400, "The address cannot be read.", faults)


def bad_argument(name: str, what: str, how: str) -> ProblemError:
    """One argument of the address is wrong."""
    return bad_arguments([Fault(f"query {name}", what, how)])


def wants_problems() -> bool:
    """Whether the request is a program's, by its address."""
    return request.path.startswith(PREFIX)


def answer_problem(status: int, detail: str = "", faults: Sequence[Fault] = ()) -> Response:
    """The answer of a failure."""
    phrase = HTTPStatus(status).phrase
    document = {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": detail or f"{phrase}. {HOW.get(status, '')}".strip(),
        "instance": request.path,
        "errors": [asdict(fault) for fault in faults],
    }
    response = Response(json.dumps(document, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
    response.cache_control.no_store = True
    return response
