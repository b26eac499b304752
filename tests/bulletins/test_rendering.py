"""Markdown becomes the design system's HTML, and nothing harmful survives."""

import pytest

from lamppost.bulletins.render import RenderError, absolutise, render

TAG = "--- This message was sent from an email address external to NHSmail"


def test_headings_begin_below_the_title_and_make_the_contents() -> None:
    made = render("# Service status\n\n## Relay\n\n# Service status\n")

    assert [(h.level, h.id) for h in made.contents] == [
        (2, "service-status"),
        (3, "relay"),
        (2, "service-status_1"),
    ]
    assert '<h2 class="nhsuk-heading-m" id="service-status">' in made.html


@pytest.mark.parametrize("words", ["Contents", "Maincontent", "\N{SNOWMAN}"])
def test_a_heading_never_takes_an_id_of_the_pages_frame(words: str) -> None:
    assert render(f"# {words}\n").contents[0].id.startswith("section-")


@pytest.mark.parametrize("quote", ["", "> "])
def test_the_spoof_tag_is_neither_rule_nor_heading(quote: str) -> None:
    lines = [TAG, "but gives the appearance of being from an NHSmail address.", "---"]

    html = render("\n".join(quote + line for line in lines)).html

    assert "<h2" not in html
    assert "<hr" not in html
    assert html.count("---") == 2


def test_straight_quotes_and_dashes_stay_as_typed() -> None:
    assert render('"quoted" -- and ---done').html == '<p>"quoted" -- and ---done</p>'


def test_a_table_wears_the_design_systems_classes_and_no_style() -> None:
    html = render("Table: Resets\n\n| Who | Share |\n|---|---:|\n| People | 14.5% |\n").html

    assert '<caption class="nhsuk-table__caption">Resets</caption>' in html
    assert '<th class="nhsuk-table__header" scope="col">Who</th>' in html
    assert 'class="nhsuk-table__cell nhsuk-table__cell--numeric">14.5%' in html
    assert "style=" not in html
    assert "align=" not in html
    assert "<p>Table:" not in html


def test_every_table_of_a_bulletin_has_its_own_caption_and_named_rows() -> None:
    table = "| Who | Share |\n|---|---:|\n| People | 14.5% |\n\n"
    html = render(f"Table: One\n\n{table}Table: Two\n\n{table}").html

    assert html.count("<caption") == 2
    assert '<caption class="nhsuk-table__caption">Two</caption>' in html
    assert "Table:" not in html
    assert html.count('<th class="nhsuk-table__header" scope="row">People</th>') == 2


def test_a_table_without_a_caption_is_named_by_its_section() -> None:
    html = render("# Passwords\n\n| A | B |\n|---|---|\n| 1 | 2 |\n").html

    assert 'nhsuk-u-visually-hidden">Passwords</caption>' in html
    assert 'aria-label="Passwords"' in html


def test_lists_nest_at_two_spaces_and_wear_their_classes() -> None:
    html = render("- one\n  - inner\n\n1. first\n").html

    assert html.count("nhsuk-list nhsuk-list--bullet") == 2
    assert "nhsuk-list nhsuk-list--number" in html


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<iframe src=//evil.example></iframe>",
        '<p style="position:fixed">x</p>',
        "<svg onload=alert(1)>",
        '<div class="app-state">x</div>',
        "# Text {: onclick=alert(1) }",
        "![x](https://evil.example/pixel.png)",
        "<style>p{}</style>",
        "<math href='data:x,<script>alert(1)</script>'></math>",
    ],
)
def test_harm_is_taken_away(harm: str) -> None:
    html = render(f"Before\n\n{harm}\n\nAfter").html

    for bad in ("<script", "alert(1)>", "javascript:", "<iframe", "style=", "<svg", "app-", "evil"):
        assert bad not in html
    assert " on" not in html
    assert "After" in html


def test_links_to_other_files_and_pictures_lead_to_their_pages() -> None:
    html = render("[before](2018-03-05.md#bcdr) ![A chart](media/chart.png)").html

    assert 'href="/bulletins/2018-03-05/#bcdr"' in html
    assert 'src="/bulletins/media/chart.png"' in html


def test_feeds_get_absolute_addresses_and_code_stays_as_it_is() -> None:
    html = render('[a](/status/?a=1&b=2) [b](#c) [d](mailto:x@y.z) `href="/no"`').html

    made = absolutise(html, "https://e.org/bulletins/2018-04-09/")

    assert 'href="https://e.org/status/?a=1&amp;b=2"' in made
    assert 'href="https://e.org/bulletins/2018-04-09/#c"' in made
    assert 'href="mailto:x@y.z"' in made
    assert '<code>href="/no"</code>' in made


def test_the_words_for_the_search_are_plain_and_apart() -> None:
    made = render("# A & B\n\n- one\n- two\n\n| c | d |\n|---|---|\n| `<e>` | f |\n")

    assert made.text == "A & B one two A & B c d <e> f"


def test_rendering_one_text_leaves_nothing_for_the_next() -> None:
    render("[x][1] text[^n]\n\n[1]: /a/\n\n[^n]: note\n")

    assert render("[x][1] text[^n]").html == "<p>[x][1] text[^n]</p>"


def test_nesting_without_end_is_refused_and_not_a_crash() -> None:
    with pytest.raises(RenderError, match="nested too deeply"):
        render("\n".join("  " * depth + "- x" for depth in range(300)))
