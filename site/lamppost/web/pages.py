"""The home page and the pages of plain words."""

from flask import Blueprint, Response, render_template

from lamppost.generation.actions import Area
from lamppost.web.context import settings
from lamppost.web.public import public_page

blueprint = Blueprint("pages", __name__)


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
