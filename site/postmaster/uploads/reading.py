"""A file's bytes turned into rows of cells: CSV or XLSX, and what spreadsheets did to them."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from python_calamine import CalamineError, CalamineWorkbook

from postmaster.uploads.rules import MOST_ROWS, GivenRow, Layout, UploadError, find_layout, read_row

_ZIP = b"PK\x03\x04"
# What an XLSX file may grow to once it is unpacked.
MOST_UNPACKED = 200 * 1024 * 1024
_FORMULA = re.compile(rb'<c\b[^>]*?\br="[A-Z]+([0-9]+)"[^>]*>\s*<f\b')
_TARGET = re.compile(rb"<Relationship\b[^>]*>")
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]+)"')
# A number with this many digits or fewer comes whole out of a spreadsheet's cell.
_WHOLE = 10**15


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file read and checked row by row; nothing is stored yet."""

    name: str
    layout: Layout
    file_hash: str
    organisation: str | None
    rows: Sequence[GivenRow]


# One row as it is read: its line, its cells, and what is wrong with single cells.
Line = tuple[int, list[str], list[str]]


def read_file(content: bytes, *, name: str, organisation: str | None) -> ReadFile:
    """Read a file whole.

    Args:
        content: the bytes of a CSV or XLSX file.
        name: what the file is called.
        organisation: the ODS code for rows that give none.

    Raises:
        UploadError: no row of it can be read; the message says what to do.
    """
    if not content.strip():
        raise UploadError("The file is empty.")
    lines = _read_xlsx(content) if content.startswith(_ZIP) else _read_csv(content)
    first = next(lines, None)
    if first is None:
        raise UploadError("The file has no first line with headings.")
    layout = find_layout(first[1])
    rows: list[GivenRow] = []
    for line, cells, faults in lines:
        if len(rows) == MOST_ROWS:
            raise UploadError(f"The file has more than {MOST_ROWS:,} rows. Split it.")
        rows.append(read_row(layout, line, cells, organisation=organisation or "", faults=faults))
    if not rows:
        raise UploadError("The file has headings and no rows.")
    digest = hashlib.sha256(content).hexdigest()
    return ReadFile(name[:200] or "file", layout, digest, organisation, rows)


def _read_csv(content: bytes) -> Iterator[Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UploadError(
            "The file is neither XLSX nor CSV in UTF-8. Save it as CSV UTF-8 and upload that."
        ) from None
    if "\x00" in text:
        raise UploadError("The file has NUL characters: it is no CSV. Save it as CSV UTF-8.")
    head = text.split("\n", 1)[0]
    if ";" in head and "," not in head:
        raise UploadError("The columns are parted by semicolons. Save the file with commas.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells, []
    except csv.Error as error:
        raise UploadError(
            f"Line {reader.line_num} cannot be read: {error}. Look for a quote that is not closed."
        ) from None


def _read_xlsx(content: bytes) -> Iterator[Line]:
    formulas = _find_formulas(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise UploadError(f"The XLSX file cannot be read: {error}. Save it again.") from None
    width = len(sheet[0]) if sheet else 0
    for number, row in enumerate(sheet, start=1):
        texts, faults = [], []
        for place, cell in enumerate(chain(row, [""] * (width - len(row)))):
            text, fault = _say_cell(cell)
            texts.append(text)
            # An ID of ours, the first column of both layouts, never begins with a zero.
            if fault and number > 1 and (place or not text.isdigit()):
                faults.append(f"Column {place + 1} {fault}")
        if number in formulas:
            faults.append("A cell holds a formula. Put its value there instead.")
        if any(text.strip() for text in texts):
            yield number, texts, faults


def _say_cell(cell: object) -> tuple[str, str | None]:
    """A cell as text, and what a spreadsheet may have done to it."""
    if isinstance(cell, str):
        return cell, None
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        is_whole = float(cell).is_integer() and abs(cell) < _WHOLE
        text = str(int(cell)) if is_whole else str(cell)
        return text, f"holds {text} as a number, which loses leading zeros. Make it text."
    return ("", None) if cell is None else (str(cell), "holds a date or a yes. Make it text.")


def _find_formulas(content: bytes) -> frozenset[int]:
    """The rows of the first sheet in which a cell holds a formula; only its value would be seen."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise UploadError("The XLSX file is too large once unpacked. Split it.")
            names = set(archive.namelist())
            path = _find_sheet(
                {name: archive.read(name) for name in _PARTS if name in names}, names
            )
            text = archive.read(path) if path else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise UploadError(f"The XLSX file cannot be unpacked: {error}. Save it again.") from None
    return frozenset(int(number) for number in _FORMULA.findall(text))


_PARTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")


def _find_sheet(parts: Mapping[str, bytes], names: set[str]) -> str | None:
    """The part of the archive that is the first sheet."""
    sheet = _SHEET.search(parts.get(_PARTS[0], b""))
    for relation in _TARGET.findall(parts.get(_PARTS[1], b"")) if sheet else []:
        if b'Id="' + sheet[1] + b'"' in relation:  # type: ignore[index]  # looked at just above
            target = re.search(rb'Target="([^"]+)"', relation)
            path = target[1].decode("ascii", "replace").lstrip("/") if target else ""
            found = path if path.startswith("xl/") else f"xl/{path}"
            return found if found in names else None
    return None
