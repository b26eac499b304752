"""What is to be deleted, as a private Atom feed: counts and days, no name and no address.

Whoever holds the address reads it, so it says less than its owner may see. It is built when asked
for, unlike public feeds: it is one person's, short, and asked for a few times a day.
"""

from html import escape

from flask import Blueprint, Response, abort
from werkzeug.exceptions import NotFound

from lamppost.people.naming import get_actor
from lamppost.settings import Settings
from lamppost.syndication.atom import MEDIA_TYPE, atom
from lamppost.syndication.entry import Category, Channel, Entry
from lamppost.web.context import session, settings
from lamppost.web.guard import open_to_all
from lamppost.wording import say_count, say_date
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.lifecycle.feeds import find_feed
from postmaster.lifecycle.lists import Departure, list_departures
from postmaster.lifecycle.words import WORDS

blueprint = Blueprint("pre_deletion_feed", __name__)
MOST_ENTRIES = 100
REPORT = "/admin/accounts/reports/pre-deletion/"


@blueprint.get("/feeds/pre-deletion/<token>.atom")
@open_to_all("the secret in the address is the proof; a feed reader cannot sign in")
def feed(token: str) -> Response:
    """The open batches with accounts its owner may see at this moment."""
    found = find_feed(session(), token=token)
    owner = get_actor(session(), person_id=found.person_id) if found is not None else None
    if found is None or owner is None or not may(owner, Action.ACCOUNTS_READ).is_allowed:
        abort(NotFound.code)
    departures = list_departures(
        session(), reader=owner, organisation=found.organisation, limit=MOST_ENTRIES
    )
    channel = Channel(
        id=f"tag:{settings().tag_authority},{found.made_at.year}:pre-deletion-{found.feed_id}",
        title=f"{settings().service_name}: accounts to be deleted",
        description="How many accounts of your organisations open batches are to delete, and when",
        self_link=f"{settings().base_url}/feeds/pre-deletion/{token}.atom",
        alternate_link=settings().base_url + REPORT,
        author=settings().service_name,
        updated_at=found.made_at,
    )
    document = atom(channel, [_make_entry(one, settings()) for one in departures])
    return Response(document, content_type=f"{MEDIA_TYPE}; charset=utf-8")


def _make_entry(one: Departure, site: Settings) -> Entry:
    link = f"{site.base_url}{REPORT}?organisation={one.organisation}"
    accounts = say_count(one.accounts, "account")
    verb = "is" if one.accounts == 1 else "are"
    title = (
        f"{accounts} of {one.organisation_name} ({one.organisation}) {verb} to be deleted "
        f"from {say_date(one.first_on)}"
    )
    words = f"{one.title}: {WORDS[one.reason]}. The batch is {one.status}."
    return Entry(
        id=(
            f"tag:{site.tag_authority},{one.created_at.year}:pre-deletion-{one.batch_id}-"
            f"{one.organisation}"
        ),
        title=title,
        link=link,
        published_at=one.created_at,
        updated_at=one.status_since,
        summary=words,
        content_html=f'<p>{escape(words)}</p>\n<p><a href="{escape(link)}">See which</a></p>',
        categories=(Category(one.reason.value, f"{site.base_url}/admin/", WORDS[one.reason]),),
    )
