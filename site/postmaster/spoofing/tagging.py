"""Put the service's words into a message that is not what it seems: once, on top, in every text.

A tag deeper in the text is taken out first, so that replies which quote it do not pile it up, and
nobody hides the real one behind a copy of their own at the end. What is signed or encrypted is
never changed: then the subject bears the mark.
"""

import base64
import binascii
import codecs
import html
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass

from postmaster.spoofing.mime_parts import Header, Kind, SealedError, put_in, read_kind
from postmaster.spoofing.wording import SUBJECT, WORDINGS, Wording

_IDENTITY = (b"", b"7bit", b"8bit", b"binary")
_READ = (b"text/plain", b"text/html")
_SIGNED_TEXT = "-----BEGIN PGP "
# The style wins over a message's own: no style sheet of the sender hides the words.
_STYLE = (
    "display:block!important;visibility:visible!important;opacity:1!important;"
    "font-size:14px!important;line-height:1.4!important;color:#212b32!important;"
    "background:#fff!important;border:2px solid #d5281b;padding:8px;margin:0 0 12px"
)
# Between two words of a tag: blanks, marks of quoting, and what mail programs make of line breaks.
_GAP = r"(?:[\s>]|&nbsp;|<br[^<>]{0,20}>)+"
_KNOWN = re.compile(
    "|".join(_GAP.join(map(re.escape, one.text.split())) for one in WORDINGS.values())
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """What changes: the new value of the subject and the new body, None for what stays."""

    subject: bytes | None
    body: bytes | None


def tag(headers: Sequence[Header], body: bytes, wording: Wording) -> Tagged:
    """Tag a message; tagging it again changes nothing.

    Where the text cannot bear the words, or it is in doubt which text a reader sees, the subject
    bears the mark.
    """
    reached: list[bool] = []

    def change(part: bytes, kind: Kind) -> bytes | None:
        changed = _tag_text(part, kind, wording)
        if changed is not None:
            reached.append(True)
        return changed

    is_doubtful = read_kind(headers).is_doubtful
    try:
        changed = put_in(headers, body, change)
    except SealedError:
        changed, is_doubtful = None, True
    subject = mark_subject(headers) if is_doubtful or not reached else None
    return Tagged(subject, None if changed == body else changed)


def mark_subject(headers: Sequence[Header]) -> bytes | None:
    """The subject's value with the mark before it; None where it bears it already."""
    mark = SUBJECT.encode()
    found = next((value for name, value in headers if name.strip().lower() == b"subject"), b"")
    if mark in b" ".join(found.split()):
        return None
    return b" " + mark + b" " + found.lstrip()


def _tag_text(part: bytes, kind: Kind, wording: Wording) -> bytes | None:
    """One text part with the words on top; None when its text cannot be read."""
    if kind.type not in _READ:
        return None
    data = _decode(part, kind.encoding)
    if data is None:
        return None
    charset = _charset_of(kind.charset)
    try:
        text = data.decode(charset)
        changed = _put_on_top(text, wording, is_html=kind.type == b"text/html")
        if changed is None:
            return part
        return _encode(changed.encode(charset), kind.encoding)
    except (UnicodeError, ValueError):
        return None


def _put_on_top(text: str, wording: Wording, *, is_html: bool) -> str | None:
    """The text with the words on top; None when they stand there and nowhere else."""
    if _SIGNED_TEXT in text:
        raise SealedError
    newline = "\r\n" if "\r\n" in text or "\n" not in text else "\n"
    head = _as_html(wording.text) if is_html else wording.text
    start = len(text) - len(text.lstrip("\ufeff\r\n \t"))
    if text.startswith(head, start) and _KNOWN.search(text, start + len(head)) is None:
        return None
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    return f"{bom}{head}{newline}{newline}{_KNOWN.sub('', text.removeprefix(bom))}"


def _as_html(words: str) -> str:
    return f'<div style="{_STYLE}">{html.escape(words)}</div>'


def _charset_of(name: str) -> str:
    """A codec to read a text by: what agrees with ASCII is taken byte by byte, and kept so."""
    try:
        codec = codecs.lookup(name)
        if codec.encode("-- Tag 1")[0] != b"-- Tag 1" and codec._is_text_encoding:  # noqa: SLF001 - the only way to ask
            return codec.name
    except (LookupError, UnicodeError, TypeError, ValueError):
        return "latin-1"
    return "latin-1"


def _decode(part: bytes, encoding: bytes) -> bytes | None:
    if encoding in _IDENTITY:
        return part
    if encoding == b"quoted-printable":
        return quopri.decodestring(part)
    if encoding == b"base64":
        try:
            return base64.b64decode(b"".join(part.split()), validate=True)
        except binascii.Error:
            return None
    return None


def _encode(data: bytes, encoding: bytes) -> bytes:
    if encoding == b"quoted-printable":
        return quopri.encodestring(data)
    if encoding == b"base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n").rstrip(b"\r\n")
    return data
