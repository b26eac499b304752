"""A bulletin as PDF: every word of it, nothing fetched, the same bytes each time."""

import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bulletin_files import NOW, WriteBulletin
from checking import CheckingClient
from lamppost import paths
from lamppost.bulletins.actions import load_folder
from lamppost.bulletins.feeds import Site
from lamppost.bulletins.front_matter import Audience, Status
from lamppost.bulletins.pdf import as_pdf
from lamppost.bulletins.records import BulletinDetail, BulletinLine, Note
from lamppost.bulletins.render import render
from lamppost.clock import FixedClock
from lamppost.settings import Settings
from lamppost.web.app import create_app

BASE = "https://posts.example.org"
FILES = sorted(paths.BULLETINS.glob("*.md"))
STRANGE = """## Tables and pictures

| Rule | Means |
|---|---:|
| `code` in *a* **cell** | 1 |

> --- This quotation stays. ---

![A map of the gateway](https://elsewhere.example/map.png) and ![Ours](/bulletins/media/there.png)

<details><summary>More</summary>Hidden café</details>

1. One
   - two

term
: what it means

```
a  b
```
"""


def detail(markdown: str, *, status: Status = Status.PUBLISHED) -> BulletinDetail:
    rendered = render(markdown)
    line = BulletinLine(
        "2018-04-09", "Local Administrator bulletin", Audience.LA, date(2018, 4, 9),
        "One sentence.", status, ("bcdr",), NOW, NOW,
    )  # fmt: skip
    notes = (Note(datetime(2018, 4, 12, 9, 0, tzinfo=UTC), "The 3rd date was < wrong."),)
    return BulletinDetail(
        line, "tag:x", rendered.html, rendered.contents, markdown, rendered.text, notes
    )


def words_of(pdf: bytes, pdftotext_path: str, folder: Path) -> str:
    path = folder / "bulletin.pdf"
    path.write_bytes(pdf)
    found = subprocess.run(
        [pdftotext_path, "-raw", str(path), "-"], check=True, capture_output=True, text=True
    )
    return " ".join(found.stdout.split())


def test_every_word_is_there_with_title_correction_and_address(
    pdftotext_path: str, tmp_path: Path
) -> None:
    made = as_pdf(detail(STRANGE), base_url=BASE, media=tmp_path)

    words = words_of(made, pdftotext_path, tmp_path)
    for wanted in (
        "Local Administrator (LA) bulletin – 9 April 2018",  # noqa: RUF001 - as titles are written
        "correct when it was published, on 9 April 2018 at 9am BST",
        "Corrected on 12 April 2018 at 10am BST: The 3rd date was < wrong.",
        "code in a cell",
        "--- This quotation stays. ---",
        "A map of the gateway",
        "Ours",
        "Hidden café",
        "what it means",
        f"{BASE}/bulletins/2018-04-09/ Page 1 of",
    ):
        assert wanted in words


def test_the_same_bulletin_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (as_pdf(detail(STRANGE), base_url=BASE, media=tmp_path) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF-")
    assert b"en-GB" in first


def test_a_picture_of_ours_is_in_the_file_and_nothing_outside_the_folder_is(
    tmp_path: Path,
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    shutil.copyfile(paths.STATIC / "images" / "nhsuk-icon-180.png", media / "there.png")
    shutil.copyfile(media / "there.png", tmp_path / "secret.png")

    with_ours = as_pdf(detail(STRANGE), base_url=BASE, media=media)
    outside = "![words](/bulletins/media/../secret.png)"
    without = as_pdf(detail(outside), base_url=BASE, media=media)

    assert b"/Subtype /Image" in with_ours
    assert b"/Subtype /Image" not in without


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_bulletin_that_ships_keeps_its_layout(
    path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = path.read_text(encoding="utf-8").split("---\n", 2)[2]

    made = as_pdf(detail(body), base_url=BASE, media=tmp_path)

    assert made.startswith(b"%PDF-")
    assert "without layout" not in caplog.text


def test_markup_that_cannot_be_laid_out_still_gives_its_words(
    pdftotext_path: str, tmp_path: Path
) -> None:
    nested = "<table><tr><td><table><tr><td>deep words</td></tr></table></td></tr></table>"

    made = as_pdf(detail(f"<div>{nested}</div>"), base_url=BASE, media=tmp_path)

    assert "deep words" in words_of(made, pdftotext_path, tmp_path)


def test_the_address_of_a_bulletin_gives_it_and_an_old_name_leads_there(
    settings: Settings, sqlite_engine: Engine, clock: FixedClock, write: WriteBulletin
) -> None:
    write(aliases="[old-name]")
    write("2018-04-10.md", status="draft", published_at=None)
    load_folder(sqlite_engine, settings.content_dir, NOW, site=Site.of(settings))
    client = CheckingClient(create_app(settings, clock).test_client())

    answer = client.get("/bulletins/2018-04-09.pdf")

    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="2018-04-09.pdf"'
    assert client.get("/bulletins/old-name.pdf", 301).location == "/bulletins/2018-04-09.pdf"
    client.get("/bulletins/2018-04-10.pdf", 404)
    again = {"headers": {"If-None-Match": answer.headers["ETag"]}}
    client.get("/bulletins/2018-04-09.pdf", 304, **again)
