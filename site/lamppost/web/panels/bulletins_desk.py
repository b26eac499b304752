"""The bulletins panel: the list, a new one, and the page of one file."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.bulletins.acts import Act, may_act
from lamppost.bulletins.authoring import write_draft
from lamppost.bulletins.desk import (
    FILE_KEY,
    PILE_WORDS,
    Pile,
    count_piles,
    list_file_years,
    list_problems_of,
    read_file_row,
    select_files,
)
from lamppost.bulletins.drafting import Draft
from lamppost.bulletins.editing import split_words
from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.source import SourceError
from lamppost.bulletins.tasks import HOME
from lamppost.bulletins.versions import get_landed
from lamppost.clock import london_date
from lamppost.people.naming import name_references
from lamppost.web.bulletin_desk import (
    address_of,
    compare,
    get_desk_file,
    load_now,
    neighbours_of,
    preview_of,
)
from lamppost.web.bulletin_forms import NewForm
from lamppost.web.context import db, now, session, settings
from lamppost.web.forms import read_form, read_number, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import Cursors, page_by_key
from postmaster.access.matrix import Action

blueprint = Blueprint("bulletins_desk", __name__, url_prefix="/admin/bulletins")
LAST_YEAR = 9999
# In the order of the page: what each act is called there.
ACTS = (
    (Act.SAVE, "edit", "Edit it"),
    (Act.PUBLISH, "publish", "Publish it now"),
    (Act.SCHEDULE, "schedule", "Schedule it"),
    (Act.UNSCHEDULE, "unschedule", "Make it a draft again"),
    (Act.REDRAW, "redraw", "Redraw its facts"),
    (Act.WITHDRAW, "withdraw", "Withdraw it"),
)


@blueprint.get("/")
@panel(Action.BULLETINS_WRITE)
def index() -> str:
    """Every file of the folder, newest first, narrowed by pile, year and words."""
    asked = request.args.get("pile", "")
    pile = Pile(asked) if asked in set(Pile) else None
    year = read_number(request.args.get("year")) or None
    words = strip_text(request.args.get("q"))[:200]
    cursors = Cursors(settings())
    page = page_by_key(
        session(),
        select_files(pile=pile, year=year if year and year <= LAST_YEAR else None, words=words),
        FILE_KEY,
        cursors.read(request.args.get("cursor")),
        cursors=cursors,
        descending=True,
    )
    files = [read_file_row(row) for row in page.rows]
    return render_page_or_block(
        "bulletins_desk/index.html",
        "bulletin_list",
        page=page,
        files=files,
        problems=list_problems_of(session(), [one.source for one in files]),
        piles=PILE_WORDS,
        counts=count_piles(session()),
        years=list_file_years(session()),
        filters={"pile": pile.value if pile else "", "year": str(year) if year else "", "q": words},
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.BULLETINS_WRITE)
def add() -> ResponseReturnValue:
    """Begin a draft; its id is minted here and never again."""
    form = read_form(NewForm, on=london_date(now()))
    if request.method == "POST" and form.validate():
        assert form.on.data is not None  # nosec B101 # noqa: S101 - just checked
        chosen = settings()
        draft = Draft(
            on=form.on.data,
            authority=chosen.tag_authority,
            audience=Audience(form.audience.data),
            title=form.title.data or None,
            summary=form.summary.data or "",
            topics=split_words(form.topics.data or ""),
        )
        try:
            name = write_draft(db.engine, chosen.content_dir, draft, by=actor(), now=now())
        except SourceError as error:
            _show(form, error)
        else:
            load_now()
            flash("The draft is written.")
            return redirect(address_of(name, "edit"), code=303)
    page = render_template(
        "bulletins_desk/new.html", form=form, page_title="New bulletin", back=(HOME, "Bulletins")
    )
    return page, 422 if form.errors else 200


def _show(form: NewForm, error: SourceError) -> None:
    for problem in error.problems:
        name = problem.message.partition(" ")[0].partition(".")[0]
        if name in form:
            form[name].errors = [problem.message]
        else:
            form.form_errors.append(problem.message)


@blueprint.get("/file/<path:source>/")
@panel(Action.BULLETINS_WRITE)
def show(source: str) -> str:
    """One file: where it stands, what is wrong, what waits, what can be done."""
    found, opened = get_desk_file(source)
    preview = preview_of(opened.content, source)
    landed = get_landed(session(), source)
    waits = found.waits and found.sha256 == opened.sha256
    front = opened.parsed.front if opened.parsed else None
    acts = [(verb, words) for act, verb, words in ACTS if front and may_act(act, front.status)]
    return render_template(
        "bulletins_desk/show.html",
        file=found,
        front=front,
        here=HOME,
        sha256=opened.sha256,
        waits=waits,
        difference=compare(landed.content if landed else b"", opened.content) if waits else (),
        landed=landed,
        names=name_references(session(), {landed.approved_by} if landed else set()),
        acts=acts,
        preview=preview,
        neighbours=neighbours_of(preview),
        back=(HOME, "Bulletins"),
    )
