"""The HSSI log as a file: CSV or JSON in, good rows and quarantined ones out."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from probes.faults import TargetFailedError
from probes.hssi_rows import COLUMNS, BadRowError, read_row, storable
from probes.reading import HssiRow, QuarantinedRow

# Line, the row as it stood, and its cells, or the sentence why it has none.
RawRow: TypeAlias = tuple[int, str, Mapping[str, str] | str]

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_log(body: bytes, source: str) -> tuple[list[HssiRow], list[QuarantinedRow]]:
    """The rows of a log; a row that is wrong is put aside with its line and a reason.

    Raises:
        TargetFailedError: the file as a whole is not a log; nothing of it is taken in.
    """
    rows: dict[str, HssiRow] = {}
    quarantined: list[QuarantinedRow] = []
    for line, raw, cells in _raw_rows(body):
        row = _read_cells(cells, line)
        if isinstance(row, HssiRow) and row.ref in rows:
            row = f"ref {row.ref} stands on line {rows[row.ref].line} already."
        if isinstance(row, HssiRow):
            rows[row.ref] = row
        else:
            quarantined.append(QuarantinedRow(source, line, storable(row), storable(raw)))
    return list(rows.values()), quarantined


def _read_cells(cells: Mapping[str, str] | str, line: int) -> HssiRow | str:
    """The row, or the sentence why there is none."""
    if isinstance(cells, str):
        return cells
    try:
        return read_row(cells, line)
    except BadRowError as error:
        return str(error)


def _raw_rows(body: bytes) -> Iterator[RawRow]:
    if body.startswith(_UTF16_MARKS):
        raise _refused("encoding", "The log is UTF-16; save it as UTF-8.")
    body = body.removeprefix(_UTF8_MARK)
    start = body.lstrip()[:1]
    if not start:
        raise _refused("empty", "The log is empty: not even its header is there.")
    if start == b"<":
        raise _refused("not-a-log", "This is a web page, not a log in CSV or JSON.")
    return _json_rows(body) if start in (b"[", b"{") else _csv_rows(body)


def _csv_rows(body: bytes) -> Iterator[RawRow]:
    text = body.decode("utf-8", "surrogateescape")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            break
        except csv.Error as error:
            yield line, "", f"The line is not CSV: {error}; is a quote left open?"
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [cell.strip().lower() for cell in cells]
            _check_header(header)
        else:
            yield line, _as_csv(cells), _by_column(header, cells)


def _check_header(header: Iterable[str]) -> None:
    names = list(header)
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise _refused(
            "columns",
            f"The log has no column {', '.join(missing)}; nothing of it was taken in. "
            f"Its columns must be {','.join(COLUMNS)}, in any order.",
        )
    doubled = [column for column in COLUMNS if names.count(column) > 1]
    if doubled:
        raise _refused("columns", f"The log has the column {doubled[0]} twice; leave one out.")


def _by_column(header: list[str], cells: list[str]) -> Mapping[str, str] | str:
    if len(cells) != len(header):
        return (
            f"The row has {len(cells)} cells where the header has {len(header)}; "
            "is a comma unquoted?"
        )
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _as_csv(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _json_rows(body: bytes) -> Iterator[RawRow]:
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise _refused(
            "encoding", f"The log is not UTF-8 on line {line}; save it as UTF-8."
        ) from None
    except (ValueError, RecursionError) as error:
        raise _refused("not-a-log", f"The log is not JSON: {error}.") from None
    items = document
    if isinstance(document, dict):
        items = document.get("hssis", document.get("incidents"))
    if not isinstance(items, list):
        raise _refused(
            "not-a-log",
            'The JSON log is no list of rows, nor {"hssis": [rows]} or {"incidents": [rows]}.',
        )
    named = [item for item in items if isinstance(item, dict)]
    if named:
        _check_header(dict.fromkeys(key for item in named for key in item))
    for number, item in enumerate(items, start=1):
        yield number, json.dumps(item, ensure_ascii=True)[:4_000], _cells_of(item)


def _cells_of(item: Any) -> Mapping[str, str] | str:
    if not isinstance(item, dict):
        return "The item is no object with the log's columns."
    missing = [column for column in COLUMNS if column not in item]
    if missing:
        return f"The item has no {', '.join(missing)}."
    cells: dict[str, str] = {}
    for column in COLUMNS:
        value = item[column]
        if column == "components" and isinstance(value, list):
            value = ";".join(str(name) for name in value)
        if isinstance(value, bool | float | list | dict):
            return f"{column} is neither a text nor a whole number."
        cells[column] = "" if value is None else str(value).strip()
    return cells


def _refused(reason: str, text: str) -> TargetFailedError:
    return TargetFailedError(reason, text)
