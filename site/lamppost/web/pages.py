"""The home page and the pages of plain words."""

from flask import Blueprint, Response, render_template

from lamppost.bulletins.reads import list_addresses
from lamppost.generation.actions import Area
from lamppost.status.reads import get_service_status, list_hssis
from lamppost.web.context import now, session, settings
from lamppost.web.public import public_page

blueprint = Blueprint("pages", __name__)
# What a crawler should find beside the bulletins; what changes every few seconds has no date.
LASTING = (
    "/",
    "/bulletins/",
    "/status/",
    "/status/incidents/",
    "/status/changes/",
    "/status/bcdr/",
    "/status/releases/",
    "/status/known-issues/",
    "/status/history/",
    "/contacts/",
    "/find-your-la/",
    "/register/",
    "/feeds/",
    "/accessibility/",
)
# The newest of the log; a sitemap holds 50,000 addresses at most and the bulletins come too.
INCIDENTS = 1000


@blueprint.get("/contacts/")
@public_page(areas=())
def contacts() -> str:
    """Who to ask: roles, telephone numbers and addresses."""
    return render_template("pages/contacts.html", section="contacts")


@blueprint.get("/accessibility/")
@public_page(areas=())
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("pages/accessibility.html")


@blueprint.get("/cookies/")
@public_page(areas=())
def cookies() -> str:
    """Which cookies there are."""
    return render_template("pages/cookies.html")


@blueprint.get("/privacy/")
@public_page(areas=())
def privacy() -> str:
    """What is kept about whom, and for how long."""
    return render_template("pages/privacy.html")


@blueprint.get("/feeds/")
@public_page(areas=(Area.BULLETINS,))
def feeds() -> str:
    """Every feed there is, and what a feed is for."""
    return render_template("pages/feeds.html")


@blueprint.get("/robots.txt")
@public_page(areas=())
def robots() -> Response:
    """What crawlers may read, and where the sitemap is."""
    words = f"User-agent: *\nDisallow: /admin/\nSitemap: {settings().base_url}/sitemap.xml\n"
    return Response(words, mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@public_page(areas=(Area.BULLETINS, Area.STATUS))
def sitemap() -> Response:
    """Every lasting page, component, incident and bulletin, with when it last changed."""
    status = get_service_status(session(), now=now())
    text = render_template(
        "pages/sitemap.xml",
        lasting=LASTING,
        components=[one.slug for one in status.components],
        incidents=list_hssis(session(), limit=INCIDENTS),
        bulletins=list_addresses(session()),
    )
    return Response(text, mimetype="application/xml")
