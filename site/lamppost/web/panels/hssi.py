"""The HSSI panel: the list, one of them, and its texts, each previewed before it is published."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.status.hssis.desk import DeskHssi, get_desk_hssi, list_desk
from lamppost.status.hssis.drafting import next_ref, raise_hssi, write_update
from lamppost.status.hssis.drafts import get_newest
from lamppost.status.hssis.publishing import publish_draft
from lamppost.status.hssis.reads import load_hssi
from lamppost.status.hssis.templates import Template, list_templates
from lamppost.status.hssis.texts import ChangedMeanwhileError, HssiError, HssiKind, Wait
from lamppost.status.notices import Hssi
from lamppost.web.component_names import name_components
from lamppost.web.context import now, session, writing
from lamppost.web.forms import REVISION_DIGITS, read_form, read_number, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.hssi_forms import (
    RaiseForm,
    TextForm,
    list_values,
    offer_components,
    read_ask,
    read_text,
    use_template,
)
from lamppost.web.htmx import render_page_or_block
from lamppost.web.moments import to_local, to_moment
from lamppost.web.rehearsal import try_out
from postmaster.access.matrix import Action

blueprint = Blueprint("hssi", __name__, url_prefix="/admin/hssi")
HOME = "/admin/hssi/"
FIRST_UPDATE = timedelta(hours=1)
DONE = {
    None: "It is published.",
    Wait.SECOND_PERSON: "It waits for a second person, who approves it below. Guards hold already.",
    Wait.EMBARGO: "It waits for its moment. Guards hold already.",
}


@blueprint.get("/")
@panel(Action.STATUS_WRITE)
def index() -> str:
    """Every HSSI at the desk."""
    return render_page_or_block(
        "hssi/index.html", "hssi_list", rows=list_desk(session(), now=now()), at=now()
    )


@blueprint.get("/<ref>/")
@panel(Action.STATUS_WRITE)
def show(ref: str) -> str:
    """One HSSI: where it stands, texts that wait, what can be done."""
    found = get_found(ref)
    return render_page_or_block(
        "hssi/show.html",
        "hssi_state",
        found=found,
        hssi=found.hssi,
        at=now(),
        me=actor().reference,
        components=name_components(session(), found.hssi.components, now=now()),
        back=(HOME, "HSSIs"),
    )


@blueprint.route("/new/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def add() -> ResponseReturnValue:
    """Raise one."""
    at = now()
    form = read_form(
        RaiseForm,
        ref=next_ref(session(), now=at),
        raised_at=to_local(at),
        next_update_due_at=to_local(at + FIRST_UPDATE),
        impact="2",
        urgency="2",
    )

    def write(made: Session) -> Wait | None:
        return raise_hssi(
            made,
            ref=form.ref.data or "",
            text=read_text(form),
            raised_at=to_moment(form.raised_at.data) or at,
            kind=HssiKind(form.kind.data),
            ask=read_ask(form, at),
            by=actor(),
            now=at,
        )

    return answer_text(form, write, (form.ref.data or "").strip, ("Raise an HSSI", HOME))


@blueprint.route("/<ref>/update/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def update(ref: str) -> ResponseReturnValue:
    """Write its next text."""
    found, at = get_found(ref), now()
    hssi = found.hssi
    form = read_form(
        TextForm,
        title=hssi.title,
        summary=hssi.summary,
        state=hssi.state,
        impact=hssi.impact,
        urgency=hssi.urgency,
        components=hssi.components,
        next_update_due_at=to_local(at + FIRST_UPDATE),
        seen_version=str(found.version),
    )

    def write(made: Session) -> Wait | None:
        return write_update(
            made,
            ref=ref,
            seen_version=read_number(form.seen_version.data, REVISION_DIGITS) or 0,
            text=read_text(form),
            ask=read_ask(form, at),
            by=actor(),
            now=at,
        )

    return answer_text(form, write, lambda: ref, (f"Update {ref}", f"{HOME}{ref}/"), found)


def answer_text(
    form: TextForm,
    write: Callable[[Session], Wait | None],
    ref: Callable[[], str],
    page: tuple[str, str],
    found: DeskHssi | None = None,
) -> ResponseReturnValue:
    """The form, its preview, or the way to the HSSI once it is written.

    `page` is the title of the form and the address behind it.
    """
    offer_components(form, session())
    name = request.values.get("template", "")
    holding = (
        use_template(form, session(), name, is_posted=request.method == "POST") if name else None
    )
    theirs = None
    if request.method == "POST" and request.form.get("step") != "edit" and form.validate():
        try:
            if request.form.get("step") != "publish":
                return _preview(form, write, ref(), page)
            with writing() as made:
                wait = write(made)
        except ChangedMeanwhileError as error:
            # Nothing is lost: theirs beside ours, and ours can be published after theirs.
            theirs = found.hssi if found else None
            form.seen_version.data = str(found.version) if found else ""
            form.form_errors.append(str(error))
        except HssiError as error:
            show_fault(form, error, error.field)
        else:
            flash(DONE[wait])
            return redirect(f"{HOME}{ref()}/", code=303)
    return _draw(form, page, holding, theirs)


def get_found(ref: str) -> DeskHssi:
    """The HSSI of an address."""
    return get_desk_hssi(session(), ref, now=now()) or abort(404)


def _draw(
    form: TextForm, page: tuple[str, str], holding: Template | None, theirs: Hssi | None
) -> ResponseReturnValue:
    drawn = render_template(
        "hssi/form.html",
        form=form,
        page_title=page[0],
        back=(page[1], "Back"),
        templates=list_templates(session()),
        holding=holding,
        theirs=theirs,
    )
    return drawn, 422 if form.errors else 200


def _preview(
    form: TextForm, write: Callable[[Session], Wait | None], ref: str, page: tuple[str, str]
) -> str:
    """Exactly what readers would get, and why it would wait."""
    waits: list[Wait | None] = []

    def act(made: Session) -> None:
        waits.append(write(made))
        if waits[-1] is not None:
            draft = get_newest(made, ref)
            publish_draft(made, draft=draft, now=max(now(), draft.publish_at or now()))

    preview = try_out(act, lambda made: (f"hssi/{ref}/", load_hssi(made, ref)))
    assert preview.hssi is not None  # nosec B101 # noqa: S101 - it was just loaded
    return render_template(
        "hssi/preview.html",
        preview=preview,
        hssi=preview.hssi,
        components=name_components(session(), preview.hssi.components, now=now()),
        wait=waits[-1],
        values=list_values(form),
        page_title=f"{page[0]}: what readers get",
        back=(page[1], "Back"),
        at=now(),
    )
