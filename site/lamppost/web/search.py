"""Search over everything a reader may see."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.search.documents import KIND_WORDS
from lamppost.search.query import read_query
from lamppost.search.reads import find, list_years
from lamppost.web.context import session
from lamppost.web.guard import open_to_all

blueprint = Blueprint("search", __name__)
LONGEST = 200


@blueprint.get("/search")
@open_to_all("public words alone; an answer for each question is not worth a place in memory")
def show() -> ResponseReturnValue:
    """The best results for the words typed; without words, the form alone."""
    typed = request.args.get("q", "").replace("\x00", "")[:LONGEST].strip()
    query = read_query(typed, kind=request.args.get("kind", ""), year=request.args.get("year", ""))
    page = render_template(
        "search/show.html",
        typed=typed,
        query=query,
        found=find(session(), query),
        kinds=KIND_WORDS,
        years=list_years(session()),
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
