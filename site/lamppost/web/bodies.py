"""How large a body may be where more than the fields of a form are sent."""

from collections.abc import Mapping

from flask import Flask, request

# Endpoint to bytes, below what the proxy in front lets through. Elsewhere the application's holds.
LARGER: Mapping[str, int] = {"uploads.add": 5 * 1024 * 1024}


def init_app(app: Flask) -> None:
    """Let these views be sent more. Set before anything reads the body; the gate reads none."""

    @app.before_request
    def allow_more() -> None:
        most = LARGER.get(request.endpoint or "")
        if most is not None:
            request.max_content_length = most
