"""Sources by file or URL: brought when they changed, capped, and never waited for too long."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lamppost.clock import SystemClock
from memory_journal import MemoryJournal
from probes.connection import watching
from probes.faults import ProbeFaultError, ProberUnfitError, TargetFailedError
from probes.fetch import Fetched, SourceOptions, fetch


@dataclass
class Page:
    """What the server answers, and what it was asked."""

    status: int = 200
    body: bytes = b"one"
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


def handler_for(page: Page) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page.asked.append({key.lower(): value for key, value in self.headers.items()})
            same = page.headers.get("ETag", "-") == self.headers.get("If-None-Match")
            self.send_response(304 if same else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for byte in b"" if same else page.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(page.pause_s)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(page))
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients hang up here
    page.url = f"http://127.0.0.1:{server.server_port}/log.csv"
    with serving(server):
        yield page


def bring(source: str, journal: MemoryJournal, *, seconds: float = 5, **options: int) -> Fetched:
    asked = SourceOptions.model_validate({"source": source, **options})
    with watching(seconds, SystemClock()) as watchdog:
        return fetch(asked, journal, watchdog)


def remember(fetched: Fetched, journal: MemoryJournal) -> None:
    fetched.remember(journal)
    journal.store(())


def fault_of(source: str, **options: int) -> ProbeFaultError:
    with pytest.raises(ProbeFaultError) as caught:
        bring(source, MemoryJournal(), **options)
    return caught.value


def test_an_etag_is_sent_back_and_304_is_nothing_new(page: Page) -> None:
    page.headers, journal = {"ETag": '"v1"'}, MemoryJournal()
    remember(bring(page.url, journal), journal)

    assert bring(page.url, journal).body is None
    assert page.asked[1]["if-none-match"] == '"v1"'


def test_last_modified_is_sent_back(page: Page) -> None:
    stamp = "Mon, 09 Apr 2018 08:00:00 GMT"
    page.headers, journal = {"Last-Modified": stamp}, MemoryJournal()
    remember(bring(page.url, journal), journal)
    page.body = b"two"

    assert bring(page.url, journal).body == b"two"
    assert page.asked[1]["if-modified-since"] == stamp


def test_the_same_bytes_are_nothing_new_without_any_header(page: Page) -> None:
    journal = MemoryJournal()
    remember(bring(page.url, journal), journal)

    assert bring(page.url, journal).body is None


def test_what_was_not_stored_is_brought_again(page: Page) -> None:
    page.headers, journal = {"ETag": '"v1"'}, MemoryJournal()
    bring(page.url, journal).remember(journal)
    journal.crash()

    assert bring(page.url, journal).body == b"one"


@pytest.mark.parametrize("status", [403, 404, 500, 204])
def test_a_status_other_than_200_is_a_failure_with_its_code(page: Page, status: int) -> None:
    page.status = status

    fault = fault_of(page.url)

    assert isinstance(fault, TargetFailedError)
    assert (fault.reason, fault.code) == ("status", status)


def test_a_source_that_is_too_big_is_refused(page: Page) -> None:
    page.body = b"x" * 50

    assert fault_of(page.url, max_bytes=49).reason == "too-big"
    assert bring(page.url, MemoryJournal(), max_bytes=50).body == page.body


def test_a_source_that_drips_is_cut_off_at_the_deadline(page: Page) -> None:
    page.body, page.pause_s = b"x" * 100, 0.1
    started = time.perf_counter()

    assert fault_of(page.url, seconds=1).reason == "timeout"
    assert time.perf_counter() - started < 3


def test_a_header_that_drips_is_cut_off_at_the_deadline() -> None:
    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50:
                try:
                    self.request.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.1)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping)
    server.daemon_threads = True
    started = time.perf_counter()
    with serving(server):
        fault = fault_of(f"http://127.0.0.1:{server.server_address[1]}/", seconds=1)

    assert fault.reason == "timeout"
    assert time.perf_counter() - started < 4


def test_a_circle_of_redirects_is_left(page: Page) -> None:
    page.status, page.headers = 302, {"Location": page.url}

    assert fault_of(page.url).reason == "redirects"
    assert len(page.asked) == 6


def test_a_cut_off_body_is_never_taken_for_the_whole(page: Page) -> None:
    page.headers = {"Content-Length": "99"}

    assert fault_of(page.url).reason == "closed"


def test_nobody_listening_is_said_so() -> None:
    assert fault_of("http://127.0.0.1:1/log.csv").reason == "refused"


def test_names_and_passwords_in_a_url_are_never_shown(page: Page) -> None:
    page.status = 404
    secret = page.url.replace("http://", "http://me:hunter2@") + "?key=hunter3"

    assert "hunter" not in fault_of(secret).text


def test_proxies_of_the_environment_are_left_alone(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    assert bring(page.url, MemoryJournal()).body == b"one"


def test_a_file_is_brought_again_only_when_it_changed(tmp_path: Path) -> None:
    path, journal = tmp_path / "log.csv", MemoryJournal()
    path.write_bytes(b"one")
    remember(bring(str(path), journal), journal)

    assert bring(str(path), journal).body is None
    path.write_bytes(b"two")
    assert bring(path.as_uri(), journal).body == b"two"
    assert bring(str(path), journal).body == b"two"


def test_a_folder_is_no_source(tmp_path: Path) -> None:
    assert fault_of(str(tmp_path)).reason == "missing"


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"one")
    open_as_ever = Path.open

    def open_and_append(self: Path, mode: str = "r") -> object:
        with open_as_ever(self, "ab") as file:
            file.write(b"more")
        return open_as_ever(self, mode)

    monkeypatch.setattr(Path, "open", open_and_append)

    assert isinstance(fault := fault_of(str(path)), ProberUnfitError)
    assert fault.reason == "changing"
