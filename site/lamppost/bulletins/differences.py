"""What changed between two texts of a file, line by line, a few lines around each change. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

AROUND = 3
# Beyond this a person reads no comparison, and making one takes seconds.
MOST_LINES = 5000


class Side(StrEnum):
    """Which text a line stands in."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of the comparison; a gap says where it leaves lines out."""

    side: Side
    text: str = ""


def compare_texts(old: str, new: str) -> tuple[DiffLine, ...] | None:
    """The changed lines with their surroundings; none for equal texts, None for too long ones."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    return tuple(_list_lines(before, after))


def _list_lines(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    groups = SequenceMatcher(None, before, after).get_grouped_opcodes(AROUND)
    for number, group in enumerate(groups):
        if number or group[0][1]:
            yield DiffLine(Side.GAP)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (DiffLine(Side.BOTH, text) for text in before[i1:i2])
            else:
                yield from (DiffLine(Side.OLD, text) for text in before[i1:i2])
                yield from (DiffLine(Side.NEW, text) for text in after[j1:j2])


def say_text(content: bytes) -> str:
    """A file's content to be read by a person, whatever it holds."""
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\x00", "\ufffd")
