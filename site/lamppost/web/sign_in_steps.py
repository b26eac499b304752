"""From a first factor on to the second; invitations and sign-in both end here."""

from flask import Response, make_response, redirect
from flask import session as cookie

from lamppost.people.outcomes import HalfSession
from lamppost.web.context import now
from lamppost.web.guard import SIGN_IN, TOKEN
from lamppost.web.idle import begin

NEXT = "next"


def continue_half(half: HalfSession, going_to: str) -> Response:
    """On to the second step, with a cookie begun afresh."""
    begin(TOKEN, half.token, now())
    cookie[NEXT] = going_to
    step = "set-up" if half.needs_set_up else "code"
    return make_response(redirect(f"{SIGN_IN}/{step}", code=303))
