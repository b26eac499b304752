"""Files that came another way than through the panel: read with what changes, and approved."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.bulletins.approving import approve_all, approve_files, get_waiting
from lamppost.bulletins.desk import list_waiting
from lamppost.bulletins.source import SourceError
from lamppost.bulletins.tasks import HOME
from lamppost.bulletins.writing import ChangedMeanwhileError
from lamppost.web.bulletin_desk import address_of, get_desk_file, load_now
from lamppost.web.context import db, now, session, settings
from lamppost.web.guard import actor, panel
from lamppost.wording import say_count
from postmaster.access.matrix import Action

blueprint = Blueprint("bulletins_review", __name__, url_prefix="/admin/bulletins")


@blueprint.get("/review/")
@panel(Action.BULLETINS_WRITE)
def index() -> str:
    """Everything that waits."""
    return render_template(
        "bulletins_desk/review.html",
        files=list_waiting(session()),
        digest=get_waiting(db.engine).digest,
        is_reviewed=settings().is_production,
        back=(HOME, "Bulletins"),
    )


@blueprint.post("/review/approve")
@panel(Action.BULLETINS_WRITE)
def approve_listed() -> ResponseReturnValue:
    """Answer for everything that was listed, after asking once more."""
    digest = request.form.get("digest", "")
    waiting = get_waiting(db.engine)
    if not waiting.files or waiting.digest != digest:
        flash("What waits is not what was listed. Read the list again.")
        return redirect(f"{HOME}review/", code=303)
    files = say_count(len(waiting.files), "file")
    if "confirmed" not in request.form:
        return render_template(
            "shared/confirm.html",
            page_title=f"Approve {files}?",
            consequences=[
                "Readers see them as they stand in the folder. You answer for every one of them.",
                "Nobody is mailed of bulletins dated before the last one that was told.",
            ],
            address=f"{HOME}review/approve",
            words=f"Approve {files}",
            fields={"digest": digest},
            back=(f"{HOME}review/", "Waiting for review"),
        )
    try:
        approve_all(db.engine, settings().content_dir, digest, by=actor(), now=now())
    except (ChangedMeanwhileError, SourceError) as error:
        flash(str(error))
        return redirect(f"{HOME}review/", code=303)
    load_now()
    flash(f"{files} approved.")
    return redirect(HOME, code=303)


@blueprint.post("/approve/<path:source>/")
@panel(Action.BULLETINS_WRITE)
def approve(source: str) -> ResponseReturnValue:
    """Answer for one file as it was shown."""
    get_desk_file(source)
    shown = [(source, request.form.get("seen", ""))]
    try:
        approve_files(db.engine, settings().content_dir, shown, by=actor(), now=now())
    except (ChangedMeanwhileError, SourceError) as error:
        flash(str(error))
    else:
        load_now()
        flash("It is approved.")
    return redirect(address_of(source), code=303)
