"""The people panel: who has which role, one person, inviting somebody."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired

from lamppost.people.invitations import invite
from lamppost.people.joining import AddressError, PersonExistsError
from lamppost.people.reads import (
    PersonRow,
    get_person,
    list_invitations,
    list_offered,
    list_people,
    list_sessions,
)
from lamppost.people.rules import LONGEST_ADDRESS, LONGEST_NAME, PersonState
from lamppost.web.context import now, session, settings, writing
from lamppost.web.forms import plain_line, read_form
from lamppost.web.guard import actor, panel
from lamppost.web.htmx import render_page_or_block
from lamppost.web.keyset import PAGE_SIZE, Cursors, KeysetPage, turn_page
from lamppost.web.means import means
from lamppost.web.panels.givable import find_role, list_givable
from postmaster.access.actions import ScopeError
from postmaster.access.actors import Grant
from postmaster.access.matrix import Action
from postmaster.access.reads import list_held_roles
from postmaster.access.roles import ROLE_WORDS

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")
LONGEST_SEARCH = 100


class InviteForm(Form):
    """Somebody to invite, with a first role."""

    email = StringField(
        "Email address", [InputRequired("Enter their email address"), plain_line(LONGEST_ADDRESS)]
    )
    name = StringField("Name", [InputRequired("Enter their name"), plain_line(LONGEST_NAME)])
    role = SelectField("Role", [InputRequired("Choose a role")], validate_choice=False)
    scope = StringField(
        "Organisation",
        [plain_line(32)],
        description="The ODS code the role is for. Leave it empty for a role of the whole service.",
    )


@blueprint.get("/")
@panel(Action.PEOPLE_READ)
def index() -> str:
    """People the reader may see, by name."""
    filters = {
        "q": request.args.get("q", "")[:LONGEST_SEARCH],
        "state": request.args.get("state", ""),
    }
    return render_page_or_block(
        "people/index.html",
        "people_list",
        page=_page(filters),
        filters=filters,
        states=list(PersonState),
        words=ROLE_WORDS,
        can_invite=bool(list_givable(actor())),
        invitations=list_invitations(session(), reader=actor(), now=now()),
    )


@blueprint.get("/<person_id>/")
@panel(Action.PEOPLE_READ)
def show(person_id: str) -> str:
    """One person; somebody of another organisation is not found."""
    found = get_person(session(), reader=actor(), person_id=person_id)
    if found is None:
        abort(NotFound.code)
    return render_template(
        "people/show.html",
        person=found,
        held=list_held_roles(session(), person_id=person_id),
        sessions=list_sessions(session(), reader=actor(), person_id=person_id, now=now()),
        offered=list_offered(session(), reader=actor(), person_id=person_id),
        givable=list_givable(actor()) if found.person_id != actor().key else [],
        words=ROLE_WORDS,
        back=("/admin/people/", "People"),
    )


@blueprint.route("/invite/", methods=["GET", "POST"])
@panel(Action.PEOPLE_INVITE)
def invite_somebody() -> ResponseReturnValue:
    """Send an invitation; the link goes by email and is never shown here."""
    form = read_form(InviteForm)
    form.role.choices = [(role.value, ROLE_WORDS[role]) for role in list_givable(actor())]
    if request.method == "POST" and form.validate() and _invite(form):
        flash(f"An invitation is on its way to {form.email.data}. It can be used for 7 days.")
        return redirect("/admin/people/", code=303)
    page = render_template("people/invite.html", form=form, back=("/admin/people/", "People"))
    return page, 422 if form.errors else 200


def _invite(form: InviteForm) -> bool:
    """Invite; a fault is put beside its field. A role or place out of reach is refused by name."""
    scope = (form.scope.data or "").strip().upper() or None
    role = find_role(form.role.data)
    if role is None:
        form.role.errors = ["Choose a role"]
        return False
    try:
        with writing() as made:
            invite(
                made,
                means(),
                email=form.email.data or "",
                name=form.name.data or "",
                organisation=scope,
                grants=[Grant(role, scope)],
                by=actor(),
                now=now(),
            )
    except (AddressError, PersonExistsError) as error:
        form.email.errors = [str(error)]
    except ScopeError as error:
        form.scope.errors = [str(error)]
    return not form.errors


def _page(filters: dict[str, str]) -> KeysetPage[PersonRow]:
    cursors = Cursors(settings())
    place = cursors.read(request.args.get("cursor"))
    goes_back = place is not None and place.goes_back
    key = (str(place.key[0]), str(place.key[1])) if place and len(place.key) == 2 else None  # noqa: PLR2004 - name and id
    found = list_people(
        session(),
        reader=actor(),
        words=filters["q"],
        state=PersonState(filters["state"]) if filters["state"] in set(PersonState) else None,
        after=None if goes_back else key,
        before=key if goes_back else None,
        limit=PAGE_SIZE + 1,
    )
    is_more = len(found) > PAGE_SIZE
    rows = found[-PAGE_SIZE:] if goes_back else found[:PAGE_SIZE]
    keys = [row.cursor for row in rows]
    return turn_page(rows, keys, place, cursors=cursors, is_more=is_more)
