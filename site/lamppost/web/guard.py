"""Who may use a view: every view declares it, and the declaration is what answers.

A view is `@public_page`, `@open_to_all`, `@signed_in_only` or `@panel(Action…)`. A test fails on
one that is none of these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlencode

from flask import Flask, Response, g, make_response, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from lamppost.people.reads import SignedIn, get_signed_in
from lamppost.web.context import now, session
from lamppost.web.idle import is_awake
from postmaster.access.acting import ensure
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action

P = ParamSpec("P")
SIGN_IN = "/sign-in"
TOKEN = "token"  # nosec B105 # noqa: S105 - the name of the cookie's field


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What a view says of who may use it: everybody (and why), anybody signed in, or an action."""

    why_open: str | None = None
    action: Action | None = None


def init_app(app: Flask) -> None:
    """Send whoever is not signed in from every address under /admin/ to the sign-in page."""
    app.before_request(_gate)


def visitor() -> SignedIn | None:
    """Who is signed in, read once a request."""
    if "visitor" not in g:
        token = cookie.get(TOKEN) if is_awake(now()) else None
        g.visitor = get_signed_in(session(), token=token, now=now()) if token else None
    found: SignedIn | None = g.visitor
    return found


def actor() -> Actor:
    """As whom the one who is signed in acts; only for views that ask for a sign-in."""
    found = visitor()
    if found is None or not found.has_both_factors:
        raise RuntimeError("the view asks for an actor and does not ask for a sign-in")
    return found.actor


def open_to_all(
    why: str, *, is_kept: bool = False
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, Response]]:
    """Let everybody use a view; `why` is for the reader of the code.

    `is_kept`: the view says itself how long its answer may be kept; otherwise nobody may keep it.
    """
    return _declare(AccessRule(why_open=why), lambda: None, is_kept=is_kept)


def signed_in_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """Let anybody who is signed in with both factors use a view."""
    return _declare(AccessRule(), _send_to_sign_in)(view)


def panel(action: Action) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, Response]]:
    """Let those use a view whose role may do the action; 403 with the reason for the others.

    The object is checked by the read or action the view calls.
    """

    def check() -> Response | None:
        sent = _send_to_sign_in()
        if sent is None:
            ensure(actor(), action)
        return sent

    return _declare(AccessRule(action=action), check)


def _declare(
    rule: AccessRule, check: Callable[[], Response | None], *, is_kept: bool = False
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, Response]]:
    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
            response = check() or make_response(view(*args, **kwargs))
            # What one person sees is nobody else's: no cache on the way may keep it.
            if not is_kept:
                response.cache_control.no_store = True
            return response

        answer.access_rule = rule  # type: ignore[attr-defined]  # read by the fitness tests
        return answer

    return decorate


def _gate() -> Response | None:
    path = request.path
    if path == "/admin" or path.startswith("/admin/"):
        return _send_to_sign_in()
    return None


def _send_to_sign_in() -> Response | None:
    found = visitor()
    if found is not None and found.has_both_factors:
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else ""
    address = f"{SIGN_IN}?{urlencode({'next': back})}" if back else SIGN_IN
    if request.headers.get("HX-Request") == "true":
        # htmx follows a redirect inside the page; this header moves the whole browser.
        return Response(status=204, headers={"HX-Redirect": address})
    return make_response(redirect(address, code=303))
