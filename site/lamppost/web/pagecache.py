"""Public pages from memory, before Flask: a WSGI layer with strong ETags, 304 and ready-made gzip.

A page is made once per generation of the areas it shows. Whoever changes something bumps its area's
generation row; every process looks at those rows at most four times a second and so notices.
Unknown query arguments are dropped, from the key and from what the page sees, so a random one
cannot get past the cache. One caller makes a page anew while the others are served the old one.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from lamppost.web.page import (
    AREAS_HEADER,
    UNTIL_HEADER,
    Generations,
    Headers,
    Page,
    find_header,
    finish_page,
    without_headers,
)

CHECK_INTERVAL_S = 0.25
MOST_PAGES = 4096


@dataclass(slots=True)
class Counters:
    """What the cache did, for metrics and tests."""

    hits: int = 0
    not_modified: int = 0
    made: int = 0
    passed: int = 0


class PageCache:
    """The WSGI layer.

    Args:
        application: Flask's.
        arguments_of: path and method to the query arguments its view reads, or None when it is no
            public page.
        read_generations: gives the generation rows; may raise when the database is away.
        now: seconds since the epoch, for pages that say until when they are true.
        on_trouble: told of an error while reading the generations.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        arguments_of: Callable[[str], frozenset[str] | None],
        read_generations: Callable[[], Generations],
        now: Callable[[], float],
        on_trouble: Callable[[Exception], None],
    ) -> None:
        self._application = application
        self._arguments_of = arguments_of
        self._read_generations = read_generations
        self._now = now
        self._on_trouble = on_trouble
        self._pages: dict[tuple[str, str, bool], Page] = {}
        self._generations: Generations = {}
        self._checked_at = float("-inf")
        self._checking = threading.Lock()
        self._making: dict[tuple[str, str, bool], threading.Lock] = {}
        self.counters = Counters()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, make the page, or pass the request through."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._pass(environ, start_response)
        query = environ.get("QUERY_STRING", "")
        if query:
            allowed = self._arguments_of(environ["PATH_INFO"])
            if allowed is None:
                return self._pass(environ, start_response)
            query = environ["QUERY_STRING"] = _keep(query, allowed)
        is_fragment = _wants_fragment(environ)
        key = (environ["PATH_INFO"], query, is_fragment)
        self._check()
        page = self._pages.get(key)
        if page is not None and self._is_true(page):
            self.counters.hits += 1
            return self._answer(page, environ, start_response)
        if page is None and self._arguments_of(environ["PATH_INFO"]) is None:
            return self._pass(environ, start_response)
        return self._refill(key, page, environ, start_response)

    def forget(self) -> None:
        """Drop every page and look at the generations at the next request."""
        self._pages.clear()
        self.look_again()

    def look_again(self) -> None:
        """Look at the generations at the next request, however lately that was done."""
        self._checked_at = float("-inf")

    def _pass(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.counters.passed += 1
        return self._application(environ, start_response)

    def _check(self) -> None:
        """Look at the generations when it is time; one thread does, the others do not wait."""
        now = time.monotonic()
        if now - self._checked_at < CHECK_INTERVAL_S or not self._checking.acquire(blocking=False):
            return
        try:
            self._generations = self._read_generations()
        except Exception as error:  # noqa: BLE001 - the database may be away in any way it likes
            self._on_trouble(error)
        finally:
            self._checked_at = time.monotonic()
            self._checking.release()

    def _is_true(self, page: Page) -> bool:
        if page.until is not None and self._now() >= page.until:
            return False
        generations = self._generations
        for area, number in zip(page.areas, page.numbers, strict=True):
            if generations.get(area, 0) != number:
                return False
        return True

    def _refill(
        self,
        key: tuple[str, str, bool],
        old: Page | None,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        lock = self._making.setdefault(key, threading.Lock())
        # An old page may go out while it is made anew, but never past the moment it was true until.
        may_serve_old = old is not None and (old.until is None or self._now() < old.until)
        if not lock.acquire(blocking=not may_serve_old) and old is not None:
            return self._answer(old, environ, start_response)
        try:
            page = self._pages.get(key)
            if page is not None and page is not old and self._is_true(page):
                return self._answer(page, environ, start_response)
            return self._make(key, old if may_serve_old else None, environ, start_response)
        finally:
            lock.release()
            self._making.pop(key, None)

    def _make(
        self,
        key: tuple[str, str, bool],
        old: Page | None,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        generations = self._generations
        asked = dict(environ)
        # Flask is asked for the whole page: a HEAD or a conditional request is answered from it.
        asked["REQUEST_METHOD"] = "GET"
        asked.pop("HTTP_IF_NONE_MATCH", None)
        asked.pop("HTTP_IF_MODIFIED_SINCE", None)
        status, headers, body = _collect(self._application, asked)
        areas = find_header(headers, AREAS_HEADER)
        if areas is None or not status.startswith("200"):
            if status.startswith("5") and old is not None and old.until is None:
                return self._answer(old, environ, start_response)
            start_response(status, without_headers(headers, AREAS_HEADER, UNTIL_HEADER))
            return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
        self.counters.made += 1
        page = finish_page(headers, body, generations)
        if len(self._pages) >= MOST_PAGES:
            self._pages.pop(next(iter(self._pages)), None)
        self._pages[key] = page
        return self._answer(page, environ, start_response)

    def _answer(
        self, page: Page, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        packed = page.packed is not None and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        if _is_current(page, environ):
            self.counters.not_modified += 1
            start_response(
                "304 Not Modified", page.packed_bare_headers if packed else page.bare_headers
            )
            return []
        start_response("200 OK", page.packed_headers if packed else page.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [page.packed if packed and page.packed is not None else page.body]


def _is_current(page: Page, environ: WSGIEnvironment) -> bool:
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return tags.strip() == "*" or page.etag in tags or page.packed_etag in tags
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and since == page.last_modified


def _wants_fragment(environ: WSGIEnvironment) -> bool:
    return (
        environ.get("HTTP_HX_REQUEST") == "true"
        and environ.get("HTTP_HX_HISTORY_RESTORE_REQUEST") != "true"
    )


def _keep(query: str, allowed: frozenset[str]) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(sorted((name, value) for name, value in pairs if name in allowed))


def _collect(application: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    """Run the application to its end: status, headers, whole body."""
    started: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda _data: None

    answer = application(environ, start)
    try:
        body = b"".join(_chunks(answer))
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return *started[-1], body


def _chunks(answer: Iterable[bytes]) -> Iterator[bytes]:
    yield from answer
