"""A plain text bulletin, from an e-mail or a PDF, turned into Markdown for a person to finish."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lamppost.wording import MONTHS

_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b")
_BULLET = re.compile(r"^(\s*)[\u2022\u25cf\u25e6\u00b7*\u2013-]\s+(.*)$")
_BARE_LINK = re.compile(r"(?:mailto:|https?://)\S+")
# A line of a list of contacts: a label, then a number or an address.
_FIELD = re.compile(r"[A-Z][^:.]{2,40}:\s+(?=.*(?:@|\d{3}|https?:))")
_ENDS = re.compile(r"[.:;!?,]$")
_TAG_EDGE = re.compile(r"^---\s|\s---$")
_LONGEST_HEADING = 60
# A line shorter than this share of the longest ends its paragraph: it was not wrapped.
_FULL_LINE = 0.75
_SUB_BULLETS = "-\u25e6"


@dataclass(frozen=True, slots=True)
class ImportedText:
    """What was understood; `on` is None when the text names no date."""

    title: str
    on: date | None
    markdown: str


def import_text(text: str) -> ImportedText:
    """Title, date and Markdown of a plain text bulletin; every guess is for a person to check."""
    lines = [line.rstrip().replace("\f", "") for line in text.replace("\r\n", "\n").split("\n")]
    lines = _drop_footers(lines)
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return ImportedText("", None, "")
    heading = lines[first].strip()
    blocks = _blocks(lines[first + 1 :])
    markdown = "\n\n".join(_join_lists(blocks))
    return ImportedText(_clean_title(heading), _find_date([heading, *lines]), markdown)


def _drop_footers(lines: list[str]) -> list[str]:
    """Without lines a page break repeats, and without the bare addresses a PDF leaves behind."""
    seen = Counter(line.strip() for line in lines)
    return [
        line
        for line in lines
        if not (_BARE_LINK.fullmatch(line.strip()))
        and (seen[line.strip()] < 3 or not line.strip() or _BULLET.match(line))  # noqa: PLR2004 - on three pages
    ]


def _find_date(lines: Iterable[str]) -> date | None:
    for line in lines:
        found = _DATE.search(line)
        if found:
            try:
                return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
            except ValueError:
                continue
    return None


def _clean_title(heading: str) -> str:
    """The title without its date and abbreviation, which the page adds by itself."""
    title = re.sub(r"\s*[\u2013-]\s*$", "", _DATE.sub("", heading).strip())
    return re.sub(r"\s*\((?:LA|NAS)\)", "", title).strip() or heading


@dataclass(slots=True)
class _Block:
    kind: str
    words: str
    depth: int = 0


def _blocks(lines: list[str]) -> list[_Block]:
    """Headings, bullets and paragraphs, their wrapped lines joined."""
    width = max((len(line.strip()) for line in lines), default=0)
    blocks: list[_Block] = []
    gap, last = 1, ""
    for line in lines:
        text = line.strip()
        if not text:
            gap += 1
            continue
        bullet = _BULLET.match(line) if not _TAG_EDGE.search(text) else None
        if bullet:
            is_sub = line.strip()[0] in _SUB_BULLETS and any(b.kind == "bullet" for b in blocks)
            blocks.append(_Block("bullet", bullet[2], int(is_sub)))
        elif _FIELD.match(text):
            blocks.append(_Block("bullet", text))
        elif blocks and _continues(blocks[-1], last, text, gap=gap, width=width):
            blocks[-1].words += f" {text}"
        else:
            blocks.append(_Block("heading" if _is_heading(text) else "paragraph", text))
        gap, last = 0, text
    return blocks


def _continues(block: _Block, last: str, text: str, *, gap: int, width: int) -> bool:
    """Whether a line goes on with the block before it: PDFs put a gap after every wrapped line."""
    if block.kind == "heading" or gap > 1:
        return False
    if not gap:
        return not (_is_heading(text) and _ENDS.search(last) and len(last) < width * _FULL_LINE)
    is_open = not re.search(r"[.:;!?]$", block.words)
    return is_open and (text[0].islower() or len(last) >= width * _FULL_LINE or text[0].isdigit())


def _is_heading(text: str) -> bool:
    is_short = len(text) <= _LONGEST_HEADING and not _ENDS.search(text)
    return is_short and text[0].isupper() and "@" not in text and "http" not in text


def _join_lists(blocks: list[_Block]) -> list[str]:
    parts: list[str] = []
    in_list = False
    for block in blocks:
        if block.kind == "bullet":
            line = f"{'  ' * block.depth}- {' '.join(block.words.split())}"
            if in_list:
                parts[-1] += f"\n{line}"
            else:
                parts.append(line)
            in_list = True
            continue
        in_list = False
        is_tag = block.kind == "paragraph" and _TAG_EDGE.search(block.words)
        mark = "# " if block.kind == "heading" else "> " if is_tag else ""
        parts.append(mark + " ".join(block.words.split()))
    return parts
