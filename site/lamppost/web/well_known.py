"""security.txt: where to tell of a weakness (RFC 9116)."""

from datetime import timedelta

from flask import Blueprint, Response

from lamppost.clock import london_date, london_midnight
from lamppost.web.context import now, settings
from lamppost.web.public import public_page, true_until

blueprint = Blueprint("well_known", __name__)
# RFC 9116 asks for less than a year; it is written anew every day.
LASTS = timedelta(days=180)


@blueprint.get("/.well-known/security.txt")
@public_page(areas=())
def security_txt() -> Response:
    """The contact, until when the file holds, and where it lives."""
    today = london_midnight(london_date(now()))
    true_until(today + timedelta(days=1))
    lines = (
        f"Contact: mailto:{settings().mail_from}",
        f"Expires: {(today + LASTS).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en",
        f"Canonical: {settings().base_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
