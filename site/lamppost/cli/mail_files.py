"""Messages from files, folders' files, mboxes and standard input; what cannot be read says why."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Ten times the largest message the service takes; a larger file is no message.
LARGEST = 350 * 1024 * 1024
_FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\n]*\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


class Mail(NamedTuple):
    """One message: the name it is reported under, its bytes, and why they could not be read."""

    file: str
    content: bytes
    trouble: str = ""


def list_mail(name: str, source: bytes | Path, *, is_mbox: bool) -> Iterator[Mail]:
    """The messages of one source, at least one, whatever is in it."""
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                source = file.read(LARGEST + 1)
        except OSError as error:
            why = error.strerror or str(error)
            yield Mail(name, b"", f"The file cannot be read: {why}.")
            return
    if len(source) > LARGEST:
        yield Mail(name, b"", f"It is larger than {LARGEST // 1024**2} MiB, which no message is.")
    elif is_mbox:
        yield from _split(name, source)
    else:
        yield Mail(name, source)


def _split(name: str, source: bytes) -> Iterator[Mail]:
    """An mbox's messages under `name:1`, `name:2` and so on, quoted From lines made whole again."""
    starts = list(_FROM_LINE.finditer(source))
    if not starts:
        yield Mail(name, source)
    ends = [*(one.start() for one in starts[1:]), len(source)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=False), start=1):
        yield Mail(f"{name}:{number}", _QUOTED_FROM.sub(rb"\1", source[start.end() : end]))
