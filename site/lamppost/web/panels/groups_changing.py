"""A list asked for, or changed: the form, whom it would reach and who must approve, then asked."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lamppost.web.context import now, session, writing
from lamppost.web.forms import read_form, show_fault
from lamppost.web.guard import actor, panel
from lamppost.web.list_finding import HOME, get_list_or_404
from lamppost.web.list_forms import (
    EditDynamicForm,
    EditStaticForm,
    ListForm,
    MembersForm,
    NewListForm,
)
from lamppost.web.list_previews import render_preview
from postmaster.access.matrix import Action
from postmaster.accounts.rules import Kind
from postmaster.groups.actions import change_list, draft_list, draft_of, make_list
from postmaster.groups.records import ListPage
from postmaster.groups.rules import GroupError, ListKind
from postmaster.groups.waiting import is_waiting
from postmaster.groups.wanted import fold_addresses

blueprint = Blueprint("groups_changing", __name__, url_prefix="/admin/groups")
BOTH = ["GET", "POST"]


@blueprint.route("/new/", methods=BOTH)
@panel(Action.GROUPS_ASK)
def add() -> ResponseReturnValue:
    """Ask for a list, once its recipients and approvals were shown."""
    form = read_form(
        NewListForm, organisation=actor().organisation or "", kinds=[Kind.PERSON.value]
    )
    if request.method == "POST" and form.validate():
        try:
            if "confirmed" not in request.form:
                return _preview_new(form)
            list_id = _make(form)
        except GroupError as error:
            show_fault(form, error, error.field)
        else:
            return redirect(f"{HOME}{list_id}/", code=303)
    page = render_template(
        "groups/form.html",
        form=form,
        page_title="Ask for a list",
        groups=_fields_of(form),
        back=(HOME, "Groups"),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/<int:list_id>/edit/", methods=BOTH)
@panel(Action.GROUPS_ASK)
def edit(list_id: int) -> ResponseReturnValue:
    """Change description, senders and rule."""
    found = get_list_or_404(list_id)
    row, revision = found.row, str(found.row.revision)
    senders = "\n".join(found.senders)
    if row.kind == ListKind.STATIC or found.condition is None:
        static = read_form(
            EditStaticForm, description=row.description, is_hidden=row.is_hidden, senders=senders,
            revision=revision,
        )  # fmt: skip
        return _change(found, static, "Change its settings")
    condition = found.condition
    dynamic = read_form(
        EditDynamicForm, description=row.description, is_hidden=row.is_hidden, senders=senders,
        revision=revision, organisations=" ".join(condition.organisations),
        takes_under=condition.takes_under, is_everywhere=condition.is_everywhere,
        kinds=[kind.value for kind in condition.kinds], job_title=condition.job_title,
    )  # fmt: skip
    return _change(found, dynamic, "Change the list")


@blueprint.route("/<int:list_id>/members/new/", methods=BOTH)
@panel(Action.GROUPS_ASK)
def add_members(list_id: int) -> ResponseReturnValue:
    """Put somebody on a static list."""
    found = get_list_or_404(list_id)
    form = read_form(MembersForm, revision=str(found.row.revision))
    return _change(found, form, "Add members")


def _change(found: ListPage, form: ListForm, title: str) -> ResponseReturnValue:
    row, back = found.row, (f"{HOME}{found.row.list_id}/", found.row.address)
    if request.method == "POST" and form.validate():
        try:
            if "confirmed" not in request.form:
                draft = draft_of(
                    session(), list_id=row.list_id, wanted=form.wanted, by=actor(), now=now()
                )
                return render_preview(
                    session(), form, draft, title=f"{title}: {row.address}?", back=back
                )
            with writing() as made:
                change_list(
                    made, list_id=row.list_id, wanted=form.wanted, revision=form.seen,
                    by=actor(), now=now(),
                )  # fmt: skip
                _tell(made, row.list_id)
        except GroupError as error:
            show_fault(form, error, error.field)
        else:
            return redirect(back[0], code=303)
    page = render_template(
        "groups/form.html",
        form=form,
        page_title=f"{title}: {row.address}",
        groups=_fields_of(form),
        back=back,
    )
    return page, 422 if form.errors else 200


def _fields_of(form: NewListForm | EditStaticForm | EditDynamicForm | MembersForm) -> list[
    tuple[str, list[str]]
]:  # fmt: skip
    """The fields in the order they are asked in, under headings."""
    groups = [
        ("", ["kind", "organisation", "name", "description", "owners"]),
        ("Members of a static list", ["add"]),
        ("Rule of a dynamic list",
         ["organisations", "takes_under", "is_everywhere", "kinds", "job_title"]),
        ("Who sees and uses it", ["is_hidden", "senders"]),
    ]  # fmt: skip
    shown = [(head, [name for name in names if name in form]) for head, names in groups]
    is_whole = len([names for _, names in shown if names]) > 1
    return [(head if is_whole else "", names) for head, names in shown if names]


def _preview_new(form: NewListForm) -> str:
    address, draft = draft_list(
        session(), kind=ListKind(form.kind.data), organisation=form.organisation.data or "",
        name=form.name.data or "", owners=fold_addresses(form.owners.data or ""),
        wanted=form.wanted, by=actor(), now=now(),
    )  # fmt: skip
    return render_preview(
        session(), form, draft, title=f"Make the list {address}?", back=(HOME, "Groups")
    )


def _make(form: NewListForm) -> int:
    with writing() as made:
        list_id = make_list(
            made, kind=ListKind(form.kind.data), organisation=form.organisation.data or "",
            name=form.name.data or "", owners=fold_addresses(form.owners.data or ""),
            wanted=form.wanted, by=actor(), now=now(),
        )  # fmt: skip
        _tell(made, list_id)
    return list_id


def _tell(made: Session, list_id: int) -> None:
    """Say, from the transaction that did it, whether it is done or waits."""
    waits = is_waiting(made, list_id=list_id)
    flash("It waits for approval; this page says whose." if waits else "It is done.")
