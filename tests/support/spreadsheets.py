"""A workbook of one sheet, written by hand: no library is needed only to write one for a test."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

_TYPES = (
    '<?xml version="1.0"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def make_xlsx(rows: Sequence[Sequence[str | int]]) -> bytes:
    """The rows as a workbook; a text that begins with = becomes a formula."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relation("officeDocument", "xl/workbook.xml"))
        archive.writestr(
            "xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml")
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Sheet1" '
            'sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        body = "".join(
            f'<row r="{number}">{"".join(_cells(number, row))}</row>'
            for number, row in enumerate(rows, start=1)
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>',
        )
    return made.getvalue()


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/{kind}" '
        f'Target="{target}"/></Relationships>'
    )


def _cells(number: int, row: Sequence[str | int]) -> Iterator[str]:
    for place, cell in enumerate(row):
        at = f"{chr(ord('A') + place)}{number}"
        if isinstance(cell, int):
            yield f'<c r="{at}"><v>{cell}</v></c>'
        elif cell.startswith("="):
            yield f'<c r="{at}" t="str"><f>{escape(cell[1:])}</f><v>RESULT</v></c>'
        elif cell:
            yield f'<c r="{at}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
