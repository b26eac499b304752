"""Find your Local Administrator: how to reach them for everybody, their names for those inside.

No answer here is kept by any cache: what is told to somebody on an inner network, or signed in,
must never reach anybody else.
"""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from lamppost.bulletins.contacts import list_contacts as list_helpdesks
from lamppost.people.looking_after import list_administrators
from lamppost.web.context import now, session
from lamppost.web.forms import strip_text
from lamppost.web.fuller import may_see_fuller
from lamppost.web.guard import open_to_all
from postmaster.access.roles import ROLE_WORDS
from postmaster.days import london_day
from postmaster.organisations.contacts import CONTACT_WORDS, Contact, list_contacts, say_phone
from postmaster.organisations.finding import (
    MOST_FOUND,
    SHORTEST,
    Found,
    find_organisation,
    find_organisations,
)
from postmaster.organisations.records import Named
from postmaster.registrations.sectors import sector_of

blueprint = Blueprint("find_your_la", __name__, url_prefix="/find-your-la")
WHY = "anybody may ask whom to turn to; names are told by network or sign-in, and nothing is kept"
LONGEST_SEARCH = 100


@blueprint.get("/")
@open_to_all(WHY)
def index() -> str:
    """The search, and what begins with what was typed."""
    words = strip_text(request.args.get("q"))[:LONGEST_SEARCH]
    found = find_organisations(session(), words=words) if words else []
    return render_template(
        "find_your_la/index.html",
        words=words,
        found=found,
        is_short=len(words) < SHORTEST,
        is_full=len(found) == MOST_FOUND,
        helpdesk=list_helpdesks(london_day(now()))[0],
    )


@blueprint.get("/<ods_code>/")
@open_to_all(WHY)
def show(ods_code: str) -> ResponseReturnValue:
    """One organisation: its contacts, those of what is over it, and whom to ask otherwise."""
    found = find_organisation(session(), ods_code=ods_code)
    if found is None:
        abort(404)
    at, contacts = _find_contacts(found)
    is_inside = may_see_fuller()
    return render_template(
        "find_your_la/show.html",
        found=found,
        organisation=found.organisation,
        at=at,
        contacts=contacts,
        words=CONTACT_WORDS,
        say_phone=say_phone,
        sector=sector_of(found.container.ods_code if found.container else ods_code.upper()),
        is_inside=is_inside,
        administrators=list_administrators(session(), ods_code=found.organisation.ods_code)
        if is_inside
        else [],
        roles=ROLE_WORDS,
        helpdesk=list_helpdesks(london_day(now()))[0],
    )


def _find_contacts(found: Found) -> tuple[Named, list[Contact]]:
    """The contacts of the organisation, or of the nearest one over it that has some."""
    nearest = [found.organisation, *found.over]
    codes = [one.ods_code for one in nearest]
    contacts = list_contacts(session(), codes=codes, on=london_day(now()))
    for one in nearest:
        own = [contact for contact in contacts if contact.organisation == one.ods_code]
        if own:
            return one, own
    return found.organisation, []
