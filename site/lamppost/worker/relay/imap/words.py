"""IMAP's words: a command with its literals in, atoms, strings and lists out; number sets."""

import re
from asyncio import StreamReader
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Word: TypeAlias = bytes | list["Word"]

LITERAL_LIMIT = 10 * 1024 * 1024

_LITERAL = re.compile(rb"\{(\d{1,10})(\+?)\}\r?\n\Z")
_WORD = re.compile(
    rb"[ ]*(?:(?P<open>\()|(?P<close>\))"
    rb'|"(?P<quoted>(?:[^"\\]|\\["\\])*)"'
    rb"|\{(?P<literal>\d{1,10})\}"
    rb'|(?P<atom>(?:[^\x00-\x20()"{\[]|\[[^\]]*\])+))'
)
_SET = re.compile(
    rb"(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*"
)


class CommandError(Exception):
    """What the client sent is not IMAP as this server knows it; the message says what.

    `tag` is what the answer begins with: the command's own, where that could be read.
    """

    tag = "*"


async def read_command(reader: StreamReader, go_ahead: Callable[[], Awaitable[None]]) -> list[Word]:
    """The next command as words, literals fetched.

    Raises:
        EOFError: the client has gone.
        CommandError: the words make no sense.
    """
    text, literals = bytearray(), list[bytes]()
    while True:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        announced = _LITERAL.search(line)
        if announced is None:
            return _parse_tagged(bytes(text + line.rstrip(b"\r\n")), literals)
        size = int(announced[1])
        if size > LITERAL_LIMIT and announced[2]:
            raise EOFError  # it is on its way already; there is no refusing but to hang up
        if size > LITERAL_LIMIT:
            raise CommandError(f"A literal may have {LITERAL_LIMIT} bytes at most")
        if not announced[2]:
            await go_ahead()
        text += line[: announced.start()] + b"{%d}" % len(literals)
        literals.append(await reader.readexactly(size))


def _parse_tagged(text: bytes, literals: list[bytes]) -> list[Word]:
    try:
        return parse(text, literals)
    except CommandError as error:
        tag = text.split(b" ", 1)[0]
        if tag.isalnum():
            error.tag = tag.decode("ascii")
        raise


def parse(text: bytes, literals: list[bytes]) -> list[Word]:
    """The words of a command whose literals stand in it as {index}."""
    stack: list[list[Word]] = [[]]
    at = 0
    while text[at:].strip(b" "):
        found = _WORD.match(text, at)
        if found is None:
            raise CommandError("The command cannot be read")
        at = found.end()
        if found["open"]:
            inner: list[Word] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif found["close"]:
            stack.pop()
            if not stack:
                raise CommandError("A bracket closes that was never opened")
        else:
            stack[-1].append(_single(found, literals))
    if len(stack) != 1:
        raise CommandError("A bracket is never closed")
    return stack[0]


def _single(found: re.Match[bytes], literals: list[bytes]) -> bytes:
    if found["quoted"] is not None:
        return re.sub(rb'\\(["\\])', rb"\1", found["quoted"])
    if found["literal"] is not None:
        if int(found["literal"]) >= len(literals):
            raise CommandError("A literal is announced where none follows")
        return literals[int(found["literal"])]
    return bytes(found["atom"])


def is_set(word: Word) -> bool:
    """Whether a word is a set of numbers such as 1:4,9:*."""
    return isinstance(word, bytes) and _SET.fullmatch(word) is not None


def ranges(word: Word, highest: int) -> list[range]:
    """The ranges of a number set; * stands for the highest number there is."""
    if not isinstance(word, bytes) or not is_set(word):
        raise CommandError("A set of message numbers was expected")
    found = []
    for part in word.split(b","):
        ends = sorted(highest if end == b"*" else int(end) for end in part.split(b":"))
        found.append(range(ends[0], ends[-1] + 1))
    return found


def text_of(word: Word) -> str:
    """One word as text."""
    if isinstance(word, list):
        raise CommandError("One word was expected, not a list")
    return word.decode("utf-8", "replace")


def quoted(text: str) -> str:
    """A text as an IMAP quoted string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
