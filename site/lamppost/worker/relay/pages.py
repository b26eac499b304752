"""The practice web pages: what the portal, Outlook Web Access and ActiveSync probes look at."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from http import HTTPStatus

from lamppost.worker.relay.script import Behaviour, Script

NAMES = {"portal": "Portal", "owa": "Outlook Web Access", "activesync": "ActiveSync"}
HEAD_LIMIT = 16 * 1024
HEAD_WITHIN_S = 30.0
DRIP_S = 1.0
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}: practice target</title></head>
<body><main><h1>{name}</h1>
<p>This is a practice target on this machine, not the real service. It answers {status}.</p>
</main></body>
</html>
"""


class PageDoor:
    """Answers one request per connection, over plain HTTP or TLS alike."""

    def __init__(self, script: Callable[[], Script]) -> None:
        self._script = script
        self._open: set[asyncio.Task[None]] = set()

    async def welcome(self, reader: StreamReader, writer: StreamWriter) -> None:
        """The callback of asyncio.start_server."""
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        try:
            async with asyncio.timeout(HEAD_WITHIN_S):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head, reader, writer)
        except asyncio.LimitOverrunError:
            writer.write(_response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Too large"))
        except (ConnectionError, EOFError, TimeoutError, asyncio.CancelledError):
            pass  # the client went, or the relay stops
        finally:
            writer.close()

    def hang_up(self) -> None:
        """End every conversation at once."""
        for task in list(self._open):
            task.cancel()

    async def _answer(self, head: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        method, path = _request(head)
        page = path.split("?", 1)[0].strip("/").lower()
        behaviour = self._script().behaviour(page or "default")
        if behaviour.hang:
            while await reader.read(HEAD_LIMIT):
                pass
            return
        await asyncio.sleep(behaviour.http_delay_s)
        if method not in {"GET", "HEAD", "OPTIONS"}:
            response = _response(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed")
        elif page and page not in NAMES:
            response = _response(HTTPStatus.NOT_FOUND, "Not found")
        else:
            response = _response(behaviour.http_status, NAMES.get(page, "Practice relay"))
        if method == "HEAD":
            response = response.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        await _send(writer, response, behaviour)


def _request(head: bytes) -> tuple[str, str]:
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004 - RFC 9112
        return "", ""
    return words[0], words[1]


def _response(status: int, name: str) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Practice"
    body = PAGE.format(name=name, status=f"{int(status)} {phrase}").encode()
    if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        body = b""
    head = (
        f"HTTP/1.1 {int(status)} {phrase}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def _send(writer: StreamWriter, response: bytes, behaviour: Behaviour) -> None:
    if not behaviour.drip:
        writer.write(response)
        await writer.drain()
        return
    for number in response:
        writer.write(bytes([number]))
        await writer.drain()
        await asyncio.sleep(DRIP_S)
