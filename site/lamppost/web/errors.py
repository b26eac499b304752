"""Error pages. They need no database; which failure has which status is chosen here only."""

import logging

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from lamppost.web.problems import ProblemError, answer_problem, wants_problems
from postmaster.access.acting import RefusedError
from postmaster.access.roles import ROLE_WORDS
from postmaster.access.rules import Verdict

log = logging.getLogger(__name__)
# Status to the page that explains it; every other status gets the page of its class.
PAGES = {
    403: "shared/errors/forbidden.html",
    404: "shared/errors/not_found.html",
    410: "shared/errors/gone.html",
    429: "shared/errors/too_many.html",
    503: "shared/errors/unavailable.html",
}
# Of a failure's own headers these go out with its page: which methods there are, how long to wait.
KEPT_HEADERS = frozenset({"Allow", "Retry-After"})
# When even the template fails: whole HTML with no style, so that somebody still reads a sentence.
LAST_RESORT = (
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>There is a problem with the service"
    "</title><h1>There is a problem with the service</h1><p>Try again later.</p></html>"
)


def init_app(app: Flask) -> None:
    """Show a page for every failure and never a traceback."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _too_old)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(ProblemError, _problem)
    app.register_error_handler(SQLAlchemyError, _storage_error)
    app.register_error_handler(Exception, _unforeseen_error)


def _http_error(error: HTTPException) -> ResponseReturnValue | HTTPException:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - redirects pass as they are
        return error
    answer = make_response(_page(code))
    for name, value in error.get_headers(request.environ):
        if name in KEPT_HEADERS:
            answer.headers[name] = value
    return answer


def _too_old(_error: CSRFError) -> ResponseReturnValue:
    """The form is of a session that ended, or of a page somebody else made."""
    return _page(400, "shared/errors/too_old.html")


def _refused(error: RefusedError) -> ResponseReturnValue:
    """Another organisation's object is not found; a panel of another role says whom to ask."""
    if error.decision.verdict is Verdict.SCOPE:
        return _page(404)
    page = "shared/errors/not_allowed.html"
    return render_template(page, decision=error.decision, role_words=ROLE_WORDS), 403


def _storage_error(error: SQLAlchemyError) -> ResponseReturnValue:
    log.error("The database did not answer: %s", error.__class__.__name__)
    return _page(503)


def _unforeseen_error(error: Exception) -> ResponseReturnValue:
    log.error("A view failed", exc_info=error)
    return _page(500)


def _problem(error: ProblemError) -> Response:
    """What a program asked for wrongly, each fault with how to mend it."""
    return answer_problem(error.status, str(error), error.faults)


def _page(code: int, page: str | None = None) -> ResponseReturnValue:
    if wants_problems():
        return answer_problem(code)
    fallback = "shared/errors/problem.html" if code >= 500 else "shared/errors/refused.html"  # noqa: PLR2004 - server or caller
    try:
        return render_template(page or PAGES.get(code, fallback), code=code), code
    except Exception:
        log.exception("The error page failed")
        return LAST_RESORT, code
