"""What spreadsheets do to a file, and what is said of it: heads, rows, cells."""

import io
import zipfile

import pytest

from postmaster.uploads.reading import ReadFile, read_file
from postmaster.uploads.rules import COLUMNS, Layout, UploadError
from spreadsheets import make_xlsx

NEW = ",".join(COLUMNS[Layout.NEW])
LEGACY = ",".join(COLUMNS[Layout.LEGACY])
GOOD = ',ann.orme@nhs.net,"ORME, Ann",user,RX1,007,Nurse,07700900123'


def read(*lines: str, organisation: str | None = "RX1", newline: str = "\n") -> ReadFile:
    content = newline.join(lines).encode()
    return read_file(content, name="file.csv", organisation=organisation)


def test_a_mark_windows_lines_quoted_commas_blanks_and_zeros_are_read_as_meant() -> None:
    line = ', Ann.Orme@NHS.net ,"ORME, Ann ", User , rx1 , 007 ,Nurse, +44 7700 900123'
    content = f"{NEW}\r\n{line}\r\n\r\n"
    row = read_file(content.encode("utf-8-sig"), name="f", organisation=None).rows[0]

    assert row.fault is None
    assert (row.line, row.address_key, row.name) == (2, "ann.orme@nhs.net", "ORME, Ann")
    assert (row.organisation, row.external_id, row.mobile) == ("RX1", "007", "07700900123")


def test_the_old_layout_is_read_for_the_organisation_the_file_is_for() -> None:
    row = read(LEGACY, "12,Orme,Ann,ann.orme@nhs.net,Nurse,07700900123,007").rows[0]

    assert (row.given_id, row.name, row.organisation) == (12, "ORME, Ann", "RX1")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (NEW.encode(), "no rows"),
        (b"\xff\xfe" + NEW.encode("utf-16-le"), "neither XLSX nor CSV"),
        (NEW.replace("Name", "_Name").encode() + b"\n" + GOOD.encode(),
         "column 3 reads 'Display_Name'; it must read 'DisplayName'"),
        (b"EmailAddress,ID,DisplayName,MailboxType\nx", "column 1 reads 'EmailAddress'"),
        ((NEW + ",Password\n" + GOOD).encode(), "9 headings"),
        (NEW.replace(",", ";").encode(), "Save the file with commas"),
        ((NEW + '\n,"open').encode(), "Line 2 cannot be read"),
        ((NEW + "\n\x00").encode(), "NUL"),
        (b"PK\x03\x04 not a zip", "cannot be unpacked"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(UploadError, match=words):
        read_file(content, name="f", organisation="RX1")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (',ann,"ORME, Ann",user,RX1,,,', "Enter one plain address"),
        (",a@nhs.net,=cmd(),user,RX1,,,", "runs as a formula"),
        (",a@nhs.net,A,user,RX1,=1+1,,", "local number begins with '='"),
        (",a@nhs.net,A,user,RX1,,@SUM,", "job title begins with '@'"),
        (",a@nhs.net,A,user,RX1,,,7700900123", "lost its leading zero"),
        (",a@nhs.net,A,user,RX1,,,0151 496 0000", "no UK mobile"),
        (",a@nhs.net,A,robot,RX1,,,", "none of person"),
        (",a@nhs.net,,user,RX1,,,", "Enter the name"),
        ("x,a@nhs.net,A,user,RX1,,,", "The ID 'x' is no number"),
        ("99999999999999999999,a@nhs.net,A,user,RX1,,,", "no number"),
        (",a@nhs.net,ORME, Ann,user,RX1,,,", "9 cells; 8 are needed"),
        (",a@nhs.net," + "W" * 257 + ",user,RX1,,,", "256 characters or fewer"),
    ],
)
def test_a_row_with_a_fault_says_what_and_how_to_mend(line: str, words: str) -> None:
    rows = read(NEW, line, GOOD).rows

    assert words in (rows[0].fault or "")
    assert rows[1].fault is None


def test_a_row_without_an_organisation_needs_one_from_the_file() -> None:
    line = ",a@nhs.net,A,user,,,,"
    assert read(NEW, line).rows[0].fault is None
    assert "ODS code" in (read(NEW, line, organisation=None).rows[0].fault or "")


def test_a_spreadsheet_is_read_and_its_lost_zeros_and_formulas_are_found() -> None:
    heads = list(COLUMNS[Layout.NEW])
    good = ["", "ann@nhs.net", "ORME, Ann", "user", "RX1", "007", "", "07700900123"]
    numbers: list[str | int] = [12, "bob@nhs.net", "ORME, Bob", "user", "RX1", 7, "", 7700900123]
    formula = ["", "eve@nhs.net", "=UPPER(A1)", "user", "RX1", "", "", ""]
    content = make_xlsx([heads, good, numbers, formula])

    rows = read_file(content, name="f.xlsx", organisation=None).rows

    assert [row.line for row in rows] == [2, 3, 4]
    assert rows[0].fault is None
    assert rows[0].external_id == "007"
    assert rows[1].given_id == 12
    assert "Column 6 holds 7 as a number, which loses leading zeros" in (rows[1].fault or "")
    assert "lost its leading zero" in (rows[1].fault or "")
    assert "holds a formula" in (rows[2].fault or "")


def test_a_zip_that_is_no_workbook_and_one_that_grows_are_refused() -> None:
    plain, huge = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\x00" * (210 * 1024 * 1024))
    for content, words in ((plain, "cannot be read"), (huge, "too large once unpacked")):
        with pytest.raises(UploadError, match=words):
            read_file(content.getvalue(), name="f.xlsx", organisation="RX1")
