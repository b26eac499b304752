"""Headers every answer carries, and the cookie's flags.

A public page is the same bytes for everybody, so its one fixed NHS script is allowed by hash; a
page for one reader carries a nonce of its own.
"""

import base64
import hashlib
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from lamppost.settings import Settings

# The template's only inline script, as nhsuk-frontend-jinja writes it; a test compares the two.
NHS_SCRIPT = (
    "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype"
    " ? ' nhsuk-frontend-supported' : '');"
)
NHS_SCRIPT_HASH = base64.b64encode(hashlib.sha256(NHS_SCRIPT.encode()).digest()).decode()
REST = (
    "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CSP = f"default-src 'none'; script-src 'self' 'sha256-{NHS_SCRIPT_HASH}'; {REST}"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# Two years, as the preload lists ask.
HSTS = "max-age=63072000; includeSubDomains; preload"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer, `Vary: HX-Request` to every page, flags to the cookie."""
    is_secure = settings.base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if is_secure else "session",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # What is posted as a form is read into memory: a quarter of what a body may be.
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=200,
    )
    if settings.is_production:
        # Anything else asked for by Host is answered 400; health checks come over loopback.
        app.config["TRUSTED_HOSTS"] = [urlsplit(settings.base_url).hostname, *LOOPBACK]
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)
    if is_secure:
        app.after_request(_add_hsts)


def csp_nonce() -> str:
    """The nonce of the page being made; asking for one makes the page nobody else's."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def _policy() -> str:
    if "csp_nonce" in g:
        return f"default-src 'none'; script-src 'self' 'nonce-{g.csp_nonce}'; {REST}"
    return CSP


def _add_hsts(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def _add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _policy())
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    response.vary.add("Accept-Encoding")
    if request.path.startswith("/api/"):
        _open_to_scripts(response)
    return response


def _open_to_scripts(response: Response) -> None:
    """Let the scripts of any site read the public API; no cookie is asked for, so none is told."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        # A poller sends the ETag it has; browsers ask first whether they may.
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        response.headers["Access-Control-Max-Age"] = "86400"
