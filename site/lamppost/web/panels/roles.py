"""The matrix as a page: what each role may do, and how far."""

from itertools import groupby

from flask import Blueprint, render_template

from lamppost.web.guard import actor, signed_in_only
from postmaster.access.drawing import draw_matrix
from postmaster.access.roles import ROLE_WORDS, Role

blueprint = Blueprint("roles", __name__, url_prefix="/admin/people/roles")


@blueprint.get("/")
@signed_in_only
def show() -> str:
    """The whole matrix, the reader's own roles marked."""
    panels = [(name, list(rows)) for name, rows in groupby(draw_matrix(), lambda row: row.panel)]
    return render_template(
        "roles/show.html", panels=panels, roles=list(Role), words=ROLE_WORDS, own=actor().roles
    )
