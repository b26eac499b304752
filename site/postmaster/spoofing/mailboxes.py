"""The text of an address field cut into segments: quotes, comments, angles, what stands outside.

One pass over the characters, by the grammar of RFC 5322 section 3.4 with its obsolete forms and
RFC 6854's groups, and beyond it where readers go on. What it makes of the segments is `authors.py`.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

# Stands in the outside text where a quoted string stood; the next one is the first in `quoted`.
QUOTED = "\ue000"
_PLAIN = re.compile(r"[^\"()<>,;:\\\[\]]+")
_QUOTED_REST = re.compile(r'[^"\\]+')
_COMMENT_REST = re.compile(r"[^()\\]+")


class Fault(StrEnum):
    """What the grammar does not allow."""

    UNCLOSED_QUOTE = "unclosed-quote"
    UNCLOSED_COMMENT = "unclosed-comment"
    UNCLOSED_ANGLE = "unclosed-angle"
    SEMICOLON = "semicolon-between-authors"
    BACKSLASH = "backslash-outside-quotes"
    SEVERAL_ANGLES = "several-angle-addresses"


@dataclass(slots=True)
class Segment:
    """What stands between two commas: the outside text, what was quoted, comments, angles."""

    outside: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    angle_quoted: list[str] = field(default_factory=list)

    @property
    def bare(self) -> str:
        """The text outside of angles and comments."""
        return "".join(self.outside)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all stands in it."""
        return not (self.angles or self.comments or self.quoted or self.bare.strip())


@dataclass(slots=True)
class Cut:
    """A field's text cut apart: its segments, the names of its groups, and its faults."""

    segments: list[Segment]
    group_names: list[Segment]
    faults: set[Fault]


def cut_text(text: str, *, quotes: bool = True, comments: bool = True) -> Cut:
    """Cut a field's text; without `quotes` or `comments`, as if those signs meant nothing."""
    scanner = _Scanner(text, quotes=quotes, comments=comments)
    scanner.run()
    return scanner.made


class _Scanner:
    """One pass over the text; `at` only grows."""

    def __init__(self, text: str, *, quotes: bool, comments: bool) -> None:
        self.text, self.at = text, 0
        self.quotes, self.comments = quotes, comments
        self.segment = Segment()
        self.angle: list[str] | None = None
        self.in_group = False
        self.made = Cut([], [], set())

    def run(self) -> None:
        text, length = self.text, len(self.text)
        while self.at < length:
            if plain := _PLAIN.match(text, self.at):
                self._put(plain[0])
                self.at = plain.end()
                continue
            sign = text[self.at]
            self.at += 1
            if sign == '"' and self.quotes:
                self._quote()
            elif sign == "(" and self.comments:
                self._comment()
            elif sign == "\\":
                self._backslash()
            elif self.angle is not None:
                self._inside(sign)
            else:
                self._outside(sign)
        if self.angle is not None:
            self.made.faults.add(Fault.UNCLOSED_ANGLE)
            self._close_angle()
        self._end_segment()

    def _put(self, text: str) -> None:
        (self.segment.outside if self.angle is None else self.angle).append(text)

    def _quote(self) -> None:
        parts: list[str] = []
        self._read_rest(parts, _QUOTED_REST, '"')
        if self.at > len(self.text):
            self.made.faults.add(Fault.UNCLOSED_QUOTE)
        said = "".join(parts)
        (self.segment.quoted if self.angle is None else self.segment.angle_quoted).append(said)
        self._put(QUOTED)

    def _read_rest(self, parts: list[str], rest: re.Pattern[str], end: str) -> None:
        """Read to the end sign; `at` is beyond the text when there is none."""
        while self.at < len(self.text):
            if run := rest.match(self.text, self.at):
                parts.append(run[0])
                self.at = run.end()
                continue
            sign = self.text[self.at]
            self.at += 1
            if sign == end:
                return
            if sign == "\\":
                parts.append(self.text[self.at : self.at + 1])
                self.at += 1
        self.at = len(self.text) + 1

    def _comment(self) -> None:
        depth, parts = 1, []
        while depth and self.at < len(self.text):
            if run := _COMMENT_REST.match(self.text, self.at):
                parts.append(run[0])
                self.at = run.end()
                continue
            sign = self.text[self.at]
            self.at += 1
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if sign == "\\":
                parts.append(self.text[self.at : self.at + 1])
                self.at += 1
            elif depth:
                parts.append(sign)
        if depth:
            self.made.faults.add(Fault.UNCLOSED_COMMENT)
        self.segment.comments.append("".join(parts))

    def _backslash(self) -> None:
        self.made.faults.add(Fault.BACKSLASH)
        if self.text[self.at : self.at + 1] not in ("<", ">", '"', "(", ","):
            self.at += 1 if self.text[self.at : self.at + 1] == "\\" else 0

    def _inside(self, sign: str) -> None:
        if sign == ">":
            self._close_angle()
        elif sign != "<":
            self._put(sign)

    def _outside(self, sign: str) -> None:
        if sign == "<":
            self.angle = []
        elif sign == ",":
            self._end_segment()
        elif sign == ";":
            if not self.in_group:
                self.made.faults.add(Fault.SEMICOLON)
            self.in_group = False
            self._end_segment()
        elif sign == ":":
            self._begin_group()
        elif sign != ">":
            self._put(sign)

    def _begin_group(self) -> None:
        if self.segment.is_empty:
            # A colon with no name before it: nothing to keep, however many there are.
            self.in_group = True
            return
        self.made.group_names.append(self.segment)
        if self.segment.angles:
            self.made.segments.append(self.segment)
        self.segment, self.in_group = Segment(), True

    def _close_angle(self) -> None:
        self.segment.angles.append("".join(self.angle or ()))
        self.angle = None
        if len(self.segment.angles) > 1:
            self.made.faults.add(Fault.SEVERAL_ANGLES)

    def _end_segment(self) -> None:
        if self.segment.is_empty:
            self.segment.outside.clear()
            return
        self.made.segments.append(self.segment)
        self.segment = Segment()
