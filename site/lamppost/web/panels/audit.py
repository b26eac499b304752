"""The audit panel: who did what to what; one entry; a file of them; erasing what is personal."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
)
from flask.typing import ResponseReturnValue
from wtforms import DateField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from lamppost.clock import london_midnight
from lamppost.people.naming import find_person_id
from lamppost.web.audit_file import name_entries, write_csv
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import read_form, strip_text
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import PAGE_SIZE, Cursors, KeysetPage, Place, turn_page
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.inspection.actions import NothingToEraseError, erase_detail
from postmaster.inspection.entries import EntryRow, Narrowing
from postmaster.inspection.reads import get_entry, list_actions, list_entries
from postmaster.inspection.visible import make_visible

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")
_LARGEST_ID = 2**63 - 1


class NarrowingForm(Form):
    """What the list is narrowed by; every field may be left empty."""

    who = StringField(
        "Who did it",
        filters=[strip_text],
        description="An email address, or a reference such as system:worker",
    )
    about = StringField(
        "What it was done to",
        filters=[strip_text],
        description="An email address, or an object as kind:key, such as person:ID",
    )
    organisation = StringField("Organisation", filters=[strip_text], description="An ODS code")
    action = SelectField("Action", validators=[Optional()])
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()], description="This day is included")

    def validate_until(self, field: DateField) -> None:
        """The last day is not before the first."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError("The last day must not be before the first")
        if field.data == date.max:
            raise ValidationError("Enter a day before the end of time")


class ErasingForm(Form):
    """Why the personal data of an entry are erased."""

    reason = TextAreaField(
        "Why they are erased",
        filters=[strip_text],
        validators=[InputRequired("Say why they are erased"), Length(max=500)],
        description="Kept in the audit with your name. Do not repeat what is to be erased.",
    )


@blueprint.get("/")
@panel(Action.AUDIT_READ)
def index() -> ResponseReturnValue:
    """The newest entries the reader may see, narrowed by what the address asks for."""
    form = _read_form()
    filters = {name: value for name, value in request.args.items() if name in form}
    if not form.validate():
        return _show_list(form, filters, KeysetPage([])), 422
    place = Cursors(settings()).read(request.args.get("cursor"))
    return _show_list(form, filters, _page(_narrowing(form), place))


@blueprint.get("/<int:entry_id>/")
@panel(Action.AUDIT_READ)
def show(entry_id: int) -> str:
    """One entry with everything it holds."""
    return _show_entry(_entry_or_404(entry_id))


@blueprint.get("/<int:entry_id>/erase")
@panel(Action.AUDIT_ERASE)
def ask_erase(entry_id: int) -> str:
    """Ask for the reason, and say what cannot be undone."""
    return _show_erasing(_entry_or_404(entry_id), ErasingForm())


@blueprint.post("/<int:entry_id>/erase")
@panel(Action.AUDIT_ERASE)
def erase(entry_id: int) -> ResponseReturnValue:
    """Erase what is personal in the entry."""
    entry = _entry_or_404(entry_id)
    form = read_form(ErasingForm)
    if not form.validate():
        return _show_erasing(entry, form), 422
    try:
        with writing() as made:
            reason = form.reason.data or ""
            erase_detail(made, entry_id=entry_id, reason=reason, by=actor(), now=now())
        flash("The personal data of this entry are erased.")
    except NothingToEraseError:
        flash("This entry had no personal data to erase.")
    return redirect(f"/admin/audit/{entry_id}/", code=303)


@blueprint.get("/export.csv")
@panel(Action.AUDIT_READ)
def export() -> ResponseReturnValue:
    """The same entries as a CSV file, newest first, no more than 50,000."""
    form = _read_form()
    if not form.validate():
        return _show_list(form, {}, KeysetPage([])), 422
    lines = stream_with_context(write_csv(session(), reader=actor(), narrowing=_narrowing(form)))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


def _read_form() -> NarrowingForm:
    form = NarrowingForm(request.args)
    form.action.choices = [("", "Any"), *((name, name) for name in list_actions(session()))]
    return form


def _narrowing(form: NarrowingForm) -> Narrowing:
    kind, key = _object(form.about.data or "")
    who = form.who.data or ""
    until = form.until.data
    return Narrowing(
        actor=_reference(who) if who else None,
        organisation=(form.organisation.data or "").upper() or None,
        kind=kind,
        key=key,
        action=form.action.data or None,
        since=london_midnight(form.since.data) if form.since.data else None,
        until=london_midnight(until + timedelta(days=1)) if until else None,
    )


def _object(words: str) -> tuple[str | None, str | None]:
    """The kind and key asked for; a lone word is a kind."""
    kind, _, key = (_reference(words) if words else "").partition(":")
    return kind or None, key or None


def _reference(words: str) -> str:
    """An address as the reference of its person; nobody's address finds nothing."""
    if "@" not in words:
        return words
    return f"person:{find_person_id(session(), address=words) or words}"


def _page(narrowing: Narrowing, place: Place | None) -> KeysetPage[EntryRow]:
    cursors, goes_back = Cursors(settings()), place is not None and place.goes_back
    cursor = None if place is None else int(place.key[0])
    found = list_entries(
        session(),
        reader=actor(),
        narrowing=narrowing,
        after=None if goes_back else cursor,
        before=cursor if goes_back else None,
        limit=PAGE_SIZE + 1,
    )
    is_more = len(found) > PAGE_SIZE
    rows = found[-PAGE_SIZE:] if goes_back else found[:PAGE_SIZE]
    keys = [(row.cursor,) for row in rows]
    return turn_page(rows, keys, place, cursors=cursors, is_more=is_more)


def _entry_or_404(entry_id: int) -> EntryRow:
    if entry_id > _LARGEST_ID:
        abort(404)
    return get_entry(session(), reader=actor(), entry_id=entry_id) or abort(404)


def _show_list(form: NarrowingForm, filters: Mapping[str, str], page: KeysetPage[EntryRow]) -> str:
    names = name_entries(session(), page.rows)
    values = {"form": form, "filters": filters, "page": page, "names": names}
    return render_page_or_block("audit/index.html", "found", visible=make_visible, **values)


def _show_entry(entry: EntryRow) -> str:
    can_erase = bool(entry.personal) and may(actor(), Action.AUDIT_ERASE).is_allowed
    names = name_entries(session(), [entry])
    return render_template(
        "audit/show.html", entry=entry, names=names, can_erase=can_erase, visible=make_visible
    )


def _show_erasing(entry: EntryRow, form: ErasingForm) -> str:
    return render_template("audit/erase.html", entry=entry, form=form)
