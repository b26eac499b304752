"""A plain text bulletin becomes a draft that a person only has to read through."""

from datetime import date

import pytest

from lamppost.bulletins.text_import import import_text

FOOTER = "mailto:helpdesk@example.org\nhttp://example.org/privacy\n"
TEXT = f"""
 Local Administrator (LA) bulletin \N{EN DASH} 9 April 2018\x20

Please note this information is right today.



Service status

The service was steady throughout the whole of the month, and everybody who

uses it was pleased.

\N{BULLET} Leaver accounts
- accounts that were marked before September will go in the last week of

  the month.
\N{BULLET} Inactive accounts

{FOOTER}\x0cTagged mail

   --- This message was sent from an email address external to the service but

   gives the appearance of being from it. ---

{FOOTER}
Helpdesk:    0333 200 1133 / helpdesk@example.org
Pages:   https://example.org/help/
"""
EXPECTED = """\
Please note this information is right today.

# Service status

The service was steady throughout the whole of the month, and everybody who uses it was pleased.

- Leaver accounts
  - accounts that were marked before September will go in the last week of the month.
- Inactive accounts

# Tagged mail

> --- This message was sent from an email address external to the service but gives the \
appearance of being from it. ---

- Helpdesk: 0333 200 1133 / helpdesk@example.org
- Pages: https://example.org/help/"""


def test_title_and_date_are_told_apart() -> None:
    found = import_text(TEXT)

    assert (found.title, found.on) == ("Local Administrator bulletin", date(2018, 4, 9))


def test_headings_bullets_and_paragraphs_are_guessed_and_wrapped_lines_joined() -> None:
    assert import_text(TEXT).markdown == EXPECTED


def test_what_every_page_repeats_is_dropped() -> None:
    pages = "".join(f"Words of part {n} end here.\nExample Mail, page foot\n\n" for n in range(4))

    markdown = import_text(f"Title\n\n{pages}").markdown

    assert "page foot" not in markdown
    assert markdown.count("Words of part") == 4


@pytest.mark.parametrize("text", ["", "   \n\n \n"])
def test_an_empty_text_gives_nothing(text: str) -> None:
    assert import_text(text).markdown == ""


def test_an_impossible_date_is_passed_over() -> None:
    assert import_text("News of 31 February 2018\n\nWords.\n").on is None
