"""CSRF on every unsafe verb; the exemptions are listed here and tested."""

from collections.abc import Mapping

from flask import Flask, request
from flask_wtf import CSRFProtect

protection = CSRFProtect()
# Endpoint to the reason why no token is asked for there.
EXEMPT: Mapping[str, str] = {
    "subscribe.stop": "one click of a mail program (RFC 8058); the address itself is the proof",
}


def init_app(app: Flask) -> None:
    """Ask for the token on POST, PUT, PATCH and DELETE. A page left open must outlive an hour."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # The extension would look for exemptions by view function; ours are endpoints with reasons.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    protection.init_app(app)

    @app.before_request
    def ask_for_the_token() -> None:
        if request.endpoint is not None and request.endpoint not in EXEMPT:
            protection.protect()
