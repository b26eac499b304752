"""A bulletin as PDF: the page's own HTML, set with letters that travel in the file."""

import html as entities
import logging
import re
from functools import partial
from pathlib import Path

from fpdf import FPDF, FontFace, TextStyle
from fpdf.errors import FPDFException
from fpdf.fonts import TTFFont

from lamppost.bulletins.records import BulletinDetail
from lamppost.bulletins.sanitise import plain_text
from lamppost.paths import STATIC
from lamppost.wording import say_moment

log = logging.getLogger(__name__)
FONTS = STATIC / "vendor" / "dejavu"
_FACES = {"": "", "B": "-Bold", "I": "-Oblique", "BI": "-BoldOblique"}
_IMAGE = re.compile(r"<img\b([^>]*)>", re.IGNORECASE)
# The library lays out a cell of one piece only: words, without the markup inside.
_CELL = re.compile(r"(<t([dh])\b[^>]*>)(.*?)(</t\2>)", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
# What the library raises over markup it does not know.
_CANNOT = (
    FPDFException,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)
MEDIA = "/bulletins/media/"
BLUE, BLACK, GREY = "#005eb8", "#212b32", "#4c6272"
# Sizes in points, margins in millimetres.
_STYLES: dict[str, TextStyle | FontFace] = {
    "h1": TextStyle("text", "B", 20, BLACK, t_margin=0, b_margin=1),
    "h2": TextStyle("text", "B", 15, BLUE, t_margin=4, b_margin=1),
    "h3": TextStyle("text", "B", 12, BLACK, t_margin=3, b_margin=1),
    "h4": TextStyle("text", "B", 11, BLACK, t_margin=2, b_margin=1),
    "blockquote": TextStyle("text", "", 10.5, BLACK, t_margin=2, l_margin=8, b_margin=2),
    "pre": TextStyle("mono", "", 9, BLACK),
    "code": FontFace(family="mono"),
    "a": FontFace(color=BLUE),
}


class _Sheets(FPDF):
    """A4 sheets with the bulletin's address and the page's number at the foot."""

    def __init__(self, address: str) -> None:
        super().__init__(format="A4")
        self._address = address
        for style, ending in _FACES.items():
            self.add_font("text", style, FONTS / f"DejaVuSans{ending}.ttf")
        self.add_font("mono", "", FONTS / "DejaVuSansMono.ttf")
        self.set_margins(20, 18)
        self.set_auto_page_break(auto=True, margin=22)

    def close_fonts(self) -> None:
        """The library reads the font files lazily and leaves them open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def footer(self) -> None:
        """Called by the library at the end of each page."""
        self.set_y(-14)
        self.set_font("text", size=8)
        self.set_text_color(GREY)
        self.cell(0, 5, f"{self._address}   Page {self.page_no()} of {{nb}}", align="C")
        self.set_text_color(BLACK)


def as_pdf(bulletin: BulletinDetail, *, base_url: str, media: Path) -> bytes:
    """The bulletin on A4, its facts filled in; the same bulletin gives the same bytes.

    Args:
        bulletin: one that may be shown.
        base_url: the site's address, for the foot of each page and for links.
        media: the folder of pictures; a picture that is not there is given by its words. Nothing
            is ever fetched.
    """
    line = bulletin.line
    address = f"{base_url}/bulletins/{line.slug}/"
    inner = _CELL.sub(_cell, bulletin.html)
    inner = _IMAGE.sub(partial(_picture, media=media.resolve()), inner)
    try:
        return _set(bulletin, address, _said_before(bulletin) + inner)
    except _CANNOT as error:
        # Markup the library cannot lay out; the words must be had all the same.
        log.warning("%s is set as PDF without layout: %s", line.slug, error.__class__.__name__)
        words = "".join(f"<p>{entities.escape(part)}</p>" for part in bulletin.text.split("\n"))
        return _set(bulletin, address, _said_before(bulletin) + words)


def _set(bulletin: BulletinDetail, address: str, html: str) -> bytes:
    sheets = _Sheets(address)
    try:
        sheets.set_lang("en-GB")
        sheets.set_title(bulletin.line.title)
        sheets.set_subject(bulletin.line.summary)
        sheets.set_creation_date(bulletin.line.updated_at)
        sheets.add_page()
        sheets.set_font("text", size=10.5)
        sheets.set_text_color(BLACK)
        sheets.write_html(
            html,
            font_family="text",
            tag_styles=_STYLES,
            li_prefix_color=BLACK,
            table_line_separators=True,
            ul_bullet_char="disc",
        )
        return bytes(sheets.output())
    finally:
        sheets.close_fonts()


def _said_before(bulletin: BulletinDetail) -> str:
    parts = [f"<h1>{entities.escape(bulletin.line.title)}</h1>"]
    if not bulletin.line.is_withdrawn:
        at = say_moment(bulletin.line.published_at)
        parts.append(
            f"<p><i>This was correct when it was published, on {at}. "
            "Things may have changed since.</i></p>"
        )
        parts += [
            f"<p><b>Corrected on {say_moment(note.at)}:</b> {entities.escape(note.words)}</p>"
            for note in bulletin.corrections
        ]
    return "".join(parts)


def _cell(found: re.Match[str]) -> str:
    return found[1] + entities.escape(plain_text(found[3]), quote=False) + found[4]


def _picture(found: re.Match[str], *, media: Path) -> str:
    """A picture of ours as a file of ours; any other by its words."""
    said = {name: entities.unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
    source = said.get("src", "")
    path = (media / source.removeprefix(MEDIA)).resolve()
    if source.startswith(MEDIA) and path.is_relative_to(media) and path.is_file():
        return f'<img src="{entities.escape(str(path))}" width="480">'
    return entities.escape(said.get("alt", ""))
