"""The page cache: one making per generation, 304s, no way past it, no lie after its time."""

import gzip
import threading
from collections.abc import Iterable

import pytest
from werkzeug.test import Client

from lamppost.web.page import AREAS_HEADER, UNTIL_HEADER
from lamppost.web.pagecache import PageCache


class Site:
    """A WSGI application that counts how often it is asked, and a cache in front of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = "200 OK"
        self.until: str | None = None
        self.numbers = {"status": 1}
        self.time = 1000.0
        self.troubles: list[Exception] = []
        self.cache = PageCache(
            self.answer,
            arguments_of=lambda path: frozenset({"page"}) if path == "/page/" else None,
            read_generations=lambda: dict(self.numbers),
            now=lambda: self.time,
            on_trouble=self.troubles.append,
        )
        self.client = Client(self.cache)

    def answer(self, environ: dict[str, str], start_response: object) -> Iterable[bytes]:
        self.asked.append(environ.get("QUERY_STRING", ""))
        headers = [("Content-Type", "text/html"), (AREAS_HEADER, "status")]
        headers += [(UNTIL_HEADER, self.until)] if self.until else []
        start_response(self.status, headers)  # type: ignore[operator]  # WSGI's own shape
        return [f"made {len(self.asked)}".encode() * 100]

    def change(self) -> None:
        self.numbers["status"] += 1
        self.cache._checked_at = float("-inf")


@pytest.fixture
def site() -> Site:
    return Site()


def test_a_repeat_never_reaches_the_application(site: Site) -> None:
    first, second = site.client.get("/page/"), site.client.get("/page/")

    assert first.data == second.data
    assert len(site.asked) == 1


def test_a_change_of_its_area_makes_the_page_anew(site: Site) -> None:
    site.client.get("/page/")
    site.change()

    assert site.client.get("/page/").text.startswith("made 2")


def test_a_change_of_another_area_does_not(site: Site) -> None:
    site.client.get("/page/")
    site.numbers["bulletins"] = 7
    site.cache._checked_at = float("-inf")
    site.client.get("/page/")

    assert len(site.asked) == 1


@pytest.mark.parametrize("query", ["x=1", "utm_source=a&y=2", "%00=%ff", "x"])
def test_an_unknown_argument_neither_passes_nor_is_seen(site: Site, query: str) -> None:
    site.client.get("/page/")
    site.client.get(f"/page/?{query}")

    assert site.asked == [""]


def test_a_known_argument_makes_a_page_of_its_own(site: Site) -> None:
    site.client.get("/page/?page=2&x=1")
    site.client.get("/page/?x=2&page=2")

    assert site.asked == ["page=2"]


def test_the_tag_of_either_encoding_gets_a_304_without_body_or_length(site: Site) -> None:
    for encoding in ("identity", "gzip"):
        tag = site.client.get("/page/", headers={"Accept-Encoding": encoding}).headers["ETag"]
        answer = site.client.get(
            "/page/", headers={"If-None-Match": tag, "Accept-Encoding": encoding}
        )

        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert "Content-Length" not in answer.headers
    assert len(site.asked) == 1


def test_gzip_is_ready_made_and_says_the_same(site: Site) -> None:
    plain = site.client.get("/page/").data
    packed = site.client.get("/page/", headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain


def test_head_gives_the_headers_of_get_and_no_body(site: Site) -> None:
    head, get = site.client.head("/page/"), site.client.get("/page/")

    assert head.headers == get.headers
    assert head.data == b""


def test_a_page_past_its_time_is_made_anew(site: Site) -> None:
    site.until = "1060.0"
    site.client.get("/page/")
    site.time = 1060.0
    site.until = None

    assert site.client.get("/page/").text.startswith("made 2")


def test_a_failure_keeps_the_old_page_up(site: Site) -> None:
    site.client.get("/page/")
    site.change()
    site.status = "503 Service Unavailable"

    assert site.client.get("/page/").status_code == 200


def test_a_failure_never_keeps_up_a_page_that_was_true_until_a_moment(site: Site) -> None:
    site.until = "1060.0"
    site.client.get("/page/")
    site.time = 1061.0
    site.status = "503 Service Unavailable"

    assert site.client.get("/page/").status_code == 503


def test_an_error_is_never_kept(site: Site) -> None:
    site.status = "404 Not Found"
    site.client.get("/page/")
    site.client.get("/page/")

    assert len(site.asked) == 2


def test_a_page_that_is_not_public_passes_each_time(site: Site) -> None:
    site.client.get("/admin/")
    site.client.get("/admin/?x=1")

    assert site.asked == ["", "x=1"]


def test_a_post_passes(site: Site) -> None:
    site.client.get("/page/")
    site.client.post("/page/")

    assert len(site.asked) == 2


def test_a_block_and_a_page_are_kept_apart(site: Site) -> None:
    site.client.get("/page/")
    site.client.get("/page/", headers={"HX-Request": "true"})
    restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    site.client.get("/page/", headers=restored)

    assert len(site.asked) == 2


def test_a_database_away_is_told_of_and_pages_stay_up(site: Site) -> None:
    site.client.get("/page/")

    def away() -> dict[str, int]:
        raise ConnectionError

    site.cache._read_generations = away
    site.cache._checked_at = float("-inf")

    assert site.client.get("/page/").status_code == 200
    assert len(site.troubles) == 1


def test_many_at_once_make_a_page_once(site: Site) -> None:
    waiting = threading.Barrier(8)

    def ask() -> None:
        waiting.wait()
        Client(site.cache).get("/page/")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(site.asked) == 1
