"""What somebody typed is shown as text, whichever of the design system's parts shows it."""

import pytest
from flask import Flask, render_template_string
from html5lib import HTMLParser

from checking import XHTML

TYPED = "\"><img src=x onerror=alert(1)>'&"
PARTS = {
    "input": '{"id": "a", "name": "a", "value": typed, "label": {"text": typed}, '
    '"hint": {"text": typed}, "errorMessage": {"text": typed}}',
    "textarea": '{"id": "a", "name": "a", "value": typed, "label": {"text": typed}}',
    "select": '{"id": "a", "name": "a", "label": {"text": typed}, '
    '"items": [{"value": typed, "text": typed}]}',
    "checkboxes": '{"idPrefix": "a", "name": "a", "items": [{"value": typed, "text": typed}]}',
    "error-summary": '{"titleText": typed, "errorList": [{"text": typed, "href": "#" ~ typed}]}',
    "tag": '{"text": typed}',
    "pagination": '{"previous": {"href": typed, "text": typed, "labelText": typed}}',
    "button": '{"text": typed}',
}
NAMES = {"error-summary": "errorSummary"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_design_system_shows_typed_signs_as_text(app: Flask, part: str) -> None:
    name = NAMES.get(part, part)
    source = (
        f'{{% from "nhsuk/components/{part}/macro.jinja" import {name} %}}'
        f"{{{{ {name}({PARTS[part]}) }}}}"
    )
    with app.test_request_context():
        made = render_template_string(source, typed=TYPED)

    document = HTMLParser(strict=False).parse(made)
    assert list(document.iter(f"{XHTML}img")) == []
    assert "onerror=alert(1)&gt;" in made
