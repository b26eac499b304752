"""Headers every answer carries. One fixed NHS script is allowed by its hash, nothing else."""

import base64
import hashlib

from flask import Flask, Response, request

# The template's only inline script, as nhsuk-frontend-jinja writes it; a test compares the two.
NHS_SCRIPT = (
    "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype"
    " ? ' nhsuk-frontend-supported' : '');"
)
NHS_SCRIPT_HASH = base64.b64encode(hashlib.sha256(NHS_SCRIPT.encode()).digest()).decode()
CSP = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' 'sha256-{NHS_SCRIPT_HASH}'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Flask) -> None:
    """Add the headers to every answer, and `Vary: HX-Request` to every page."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    response.vary.add("Accept-Encoding")
    if request.path.startswith("/api/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
