"""Words prepared beforehand: templates to fill in, and holding statements to publish at once."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.status.hssis.templates import approve_template, list_templates, save_template
from lamppost.status.hssis.texts import HssiError
from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.hssi_forms import TemplateForm
from postmaster.access.matrix import Action

blueprint = Blueprint("hssi_templates", __name__, url_prefix="/admin/hssi/templates")
HOME = "/admin/hssi/templates/"
BACK = ("/admin/hssi/", "HSSIs")


@blueprint.route("/", methods=["GET", "POST"])
@panel(Action.STATUS_WRITE)
def index() -> ResponseReturnValue:
    """Every template, and a form that writes one or writes it anew."""
    listed = list_templates(session())
    known = next((one for one in listed if one.name == request.args.get("name")), None)
    form = read_form(
        TemplateForm,
        name=known.name if known else "",
        title=known.title if known else "",
        summary=known.summary if known else "",
        is_holding="y" if known and known.is_holding else "",
    )
    if request.method == "POST" and form.validate():
        try:
            with writing() as made:
                save_template(
                    made,
                    name=form.name.data or "",
                    title=form.title.data or "",
                    summary=form.summary.data or "",
                    is_holding=bool(form.is_holding.data),
                    by=actor(),
                    now=now(),
                )
        except HssiError as error:
            show_fault(form, error, error.field)
        else:
            flash("The words are kept. A holding statement wants a second person's approval.")
            return redirect(HOME, code=303)
    page = render_template(
        "hssi/templates.html",
        form=form,
        templates=listed,
        me=actor().reference,
        page_title="Templates",
        back=BACK,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/approve")
@panel(Action.STATUS_WRITE)
def approve() -> ResponseReturnValue:
    """Approve another's holding statement."""
    try:
        with writing() as made:
            approve_template(
                made,
                name=request.form.get("name", ""),
                digest=request.form.get("digest", ""),
                by=actor(),
                now=now(),
            )
        flash("Approved. One person may now publish it at once.")
    except HssiError as error:
        flash(str(error))
    return redirect(HOME, code=303)
