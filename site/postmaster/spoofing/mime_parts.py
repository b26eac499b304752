"""Where in a message a text may be put: a walk over its MIME parts that keeps every other byte."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Header = tuple[bytes, bytes]
DEEPEST = 20
MOST_PARTS = 200
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:((?:[^\n]|\n[ \t])*)", re.MULTILINE)
_PARAMETER = re.compile(
    rb";[ \t\r\n]*([A-Za-z0-9*_-]+)[ \t]*=[ \t\r\n]*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s\"]+))"
)
_SEALED = (b"multipart/signed", b"multipart/encrypted", b"application/pkcs7-mime",
           b"application/x-pkcs7-mime", b"application/pgp-encrypted")  # fmt: skip


class SealedError(Exception):
    """A part that is signed or encrypted: nothing in the message's text may change."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the headers of a part say of it, in small letters where case does not matter."""

    type: bytes
    boundary: bytes
    charset: str
    encoding: bytes
    is_attached: bool
    is_doubtful: bool


# Given a text part and its kind: the part with the text put in, or None when it cannot be.
PutIn = Callable[[bytes, Kind], bytes | None]


def read_kind(headers: Sequence[Header]) -> Kind:
    """What a part is; text/plain where nothing says otherwise."""
    types = _values(headers, b"content-type")
    encodings = _values(headers, b"content-transfer-encoding")
    kind = types[0] if types else b"text/plain"
    parameters = {
        name.lower(): re.sub(rb"\\(.)", rb"\1", quoted) or plain
        for name, quoted, plain in _PARAMETER.findall(kind)
    }
    dispositions = _values(headers, b"content-disposition")
    media = kind.split(b";", 1)[0].strip().lower()
    return Kind(
        type=media if b"/" in media else b"text/plain",
        boundary=parameters.get(b"boundary", b"").rstrip(b" \t"),
        charset=parameters.get(b"charset", b"us-ascii").decode("ascii", "replace"),
        encoding=encodings[0].strip().lower() if encodings else b"7bit",
        is_attached=any(one.strip().lower().startswith(b"attachment") for one in dispositions),
        is_doubtful=len(types) > 1 or len(encodings) > 1,
    )


def put_in(headers: Sequence[Header], body: bytes, change: PutIn) -> bytes | None:
    """The body with a text put where its reader sees it first; None when there is no such place.

    Every alternative of a text gets it, attachments and attached messages never do.

    Raises:
        SealedError: what would be changed is signed or encrypted.
    """
    return _Walk(change).enter(read_kind(headers), body, 0)


class _Walk:
    def __init__(self, change: PutIn) -> None:
        self._change = change
        self._left = MOST_PARTS

    def enter(self, kind: Kind, body: bytes, depth: int) -> bytes | None:
        if kind.type in _SEALED:
            raise SealedError
        if kind.is_attached or depth > DEEPEST or self._left <= 0:
            return None
        self._left -= 1
        if kind.type.startswith(b"multipart/") and kind.boundary:
            return self._enter_parts(kind, body, depth)
        return self._change(body, kind) if kind.type.startswith(b"text/") else None

    def _enter_parts(self, kind: Kind, body: bytes, depth: int) -> bytes | None:
        is_alternative = kind.type == b"multipart/alternative"
        made, done, is_changed = bytearray(), 0, False
        for start, end in _part_spans(body, kind.boundary):
            headers, text_at = _split_part(body, start, end)
            changed = self.enter(read_kind(headers), body[text_at:end], depth + 1)
            if changed is None:
                continue
            made += body[done:text_at] + changed
            done, is_changed = end, True
            if not is_alternative:
                break
        return bytes(made + body[done:]) if is_changed else None


def _part_spans(body: bytes, boundary: bytes) -> Iterator[tuple[int, int]]:
    line = re.compile(rb"(?:^|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    start: int | None = None
    for found in line.finditer(body):
        if start is not None:
            yield start, _without_newline(body, start, found.start())
        if found.group(1):
            return
        start = found.end()
    if start is not None:
        yield start, len(body)


def _without_newline(body: bytes, start: int, end: int) -> int:
    """The newline before a boundary belongs to the boundary."""
    if end > start and body[end - 1 : end] == b"\n":
        end -= 1
        if end > start and body[end - 1 : end] == b"\r":
            end -= 1
    return end


def _split_part(body: bytes, start: int, end: int) -> tuple[list[Header], int]:
    """A part's headers, and where its own body begins."""
    if body[start : start + 1] == b"\n":
        return [], start + 1
    if body[start : start + 2] == b"\r\n":
        return [], start + 2
    found = _END_OF_HEADERS.search(body, start, end)
    text_at = found.end() if found else end
    return _FIELD.findall(body[start:text_at]), text_at


def _values(headers: Sequence[Header], wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name.strip().lower() == wanted]
