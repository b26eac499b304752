"""A client for the site that checks every page it fetches."""

from dataclasses import dataclass
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass
class CheckingClient:
    """Fetches pages; every HTML page must parse, be titled, have one h1 and label its fields."""

    client: FlaskClient

    def get(self, address: str, status: int = 200, **options: Any) -> TestResponse:
        response = self.client.get(address, **options)
        assert response.status_code == status, (address, response.status_code)
        wants_block = "HX-Request" in options.get("headers", {})
        if response.mimetype == "text/html" and response.data and not wants_block and status < 500:
            check_page(address, response.text)
        assert "HX-Request" in response.headers["Vary"] or response.mimetype != "text/html"
        return response


def check_page(address: str, text: str) -> None:
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(text)
    faults = parser.errors
    assert not faults, (address, faults)
    titles = [element.text or "" for element in document.iter(f"{XHTML}title")]
    assert titles, address
    assert titles[0].strip(), address
    assert len(list(document.iter(f"{XHTML}h1"))) == 1, address
    labelled = {element.get("for") for element in document.iter(f"{XHTML}label")}
    for field in document.iter(f"{XHTML}input"):
        hidden = field.get("type") in ("hidden", "submit")
        assert hidden or field.get("id") in labelled or field.get("aria-label"), address
    assert " style=" not in text, address
