"""One bulletin file, read and checked: front matter and body, or the problems that stop it."""

import re
from dataclasses import dataclass
from pathlib import Path

from lamppost.bulletins.front_matter import FrontMatter
from lamppost.bulletins.front_matter_yaml import FrontMatterError, parse, split
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.rules import Name, read_name

LARGEST_FILE = 1_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose front matter is right. `body_line` is the file's line of the body's first."""

    file: str
    name: Name
    front: FrontMatter
    body: str
    body_line: int


class SourceError(Exception):
    """The file cannot be used; `problems` say where and why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def read_bytes(path: Path, file: str) -> bytes:
    """The file's bytes, at most `LARGEST_FILE` of them.

    Raises:
        SourceError: too large or not readable; a large file is never read whole.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        words = f"the file cannot be read ({error.strerror}); check its permissions"
        raise SourceError(Problem(file, 1, words)) from None
    if len(content) > LARGEST_FILE:
        words = f"the file is larger than {LARGEST_FILE:,} bytes; move images to media/ or split it"
        raise SourceError(Problem(file, 1, words))
    return content


def parse_source(content: bytes, file: str) -> Source:
    """The checked bulletin in these bytes; `file` is its path below the content folder.

    Raises:
        SourceError: every problem found, each with its line.
    """
    name = read_name(Path(file).stem)
    if name is None:
        words = "the file's name must be its date: YYYY-MM-DD.md, or YYYY-MM-DD-2.md for a second"
        raise SourceError(Problem(file, 1, words))
    text = decode(content, file)
    try:
        parts = split(text)
        front = parse(parts.yaml)
    except FrontMatterError as error:
        raise SourceError(*(Problem(file, line, words) for line, words in error.faults)) from None
    if front.date != name.on:
        line = _line_of(text, "date")
        words = f"date {front.date} does not match the file's name; make one follow the other"
        raise SourceError(Problem(file, line, words))
    return Source(file, name, front, parts.body, parts.body_line)


def decode(content: bytes, file: str) -> str:
    """The text, every kind of line end as a newline.

    Raises:
        SourceError: not UTF-8, or a character no page may hold.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        words = "the file is not UTF-8 here; save it as UTF-8 in the editor"
        raise SourceError(Problem(file, line, words)) from None
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        words = f"a control character (U+{ord(found[0]):04X}) stands here; delete it"
        raise SourceError(Problem(file, line, words))
    return text


def _line_of(text: str, key: str) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)
