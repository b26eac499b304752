"""A form again with what was wrong: 422, 429 with how long to wait, or 503 when busy."""

from datetime import timedelta

from flask import Response, make_response

from lamppost.people.outcomes import SignInBusy


def refuse(page: str, outcome: object) -> Response:
    """The page with the status of the outcome; its `retry_after` goes into `Retry-After`."""
    wait: timedelta | None = getattr(outcome, "retry_after", None)
    if wait is None:
        return make_response(page, 503 if isinstance(outcome, SignInBusy) else 422)
    response = make_response(page, 429)
    # Whole seconds, rounded up: whoever comes back then may try.
    response.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return response
