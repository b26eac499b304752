"""What signing in needs beside the database, made once a process when first asked for."""

from typing import cast

from flask import current_app, request

from lamppost.people.means import Means, make_means
from lamppost.web.context import settings

KEY = "people_means"


def means() -> Means:
    """The process's hasher, seal and keys."""
    if KEY not in current_app.extensions:
        current_app.extensions[KEY] = make_means(settings())
    return cast("Means", current_app.extensions[KEY])


def user_agent() -> str:
    """What the browser calls itself; shown to its owner in the list of sign-ins."""
    return request.headers.get("User-Agent", "")
