"""Bulletins for programs."""

from datetime import date

from flask import Blueprint
from pydantic import Field

from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.reads import get_bulletin, list_after, number_of
from lamppost.bulletins.records import BulletinLine
from lamppost.web.api_v1.asked import Asked, Paged
from lamppost.web.api_v1.operation import not_found, operation
from lamppost.web.api_v1.page import make_listing, read_place
from lamppost.web.api_v1.shapes.bulletins import BulletinDetailShape, BulletinShape
from lamppost.web.api_v1.shapes.paging import Listing
from lamppost.web.context import session, settings

blueprint = Blueprint("api_v1_bulletins", __name__, url_prefix="/api/v1")


class AskedBulletins(Paged):
    """What bulletins may be narrowed to."""

    year: int | None = Field(None, ge=1990, le=9999, description="a year of four digits")
    topic: str | None = Field(None, description="a topic, such as bcdr")
    audience: Audience | None = Field(None, description="la, all-users or nas")


@blueprint.get("/bulletins")
@operation("The bulletins, newest first.", answer=Listing[BulletinShape], asked=AskedBulletins)
def index(asked: AskedBulletins) -> Listing[BulletinShape]:
    """Those that may be read; a withdrawn one is a stub."""
    place = read_place(asked, parts=2)
    found = list_after(
        session(),
        year=asked.year,
        topic=asked.topic,
        audience=asked.audience,
        after=None if place is None else (place[0], place[1]),
        limit=asked.limit + 1,
    )
    return make_listing(
        found, asked, shape=lambda line: BulletinShape.of(line, settings().base_url), key=_key
    )


@blueprint.get("/bulletins/<slug>")
@operation("One bulletin in full.", answer=BulletinDetailShape, asked=Asked)
def show(_asked: Asked, slug: str) -> BulletinDetailShape:
    """One bulletin."""
    bulletin = get_bulletin(session(), slug)
    if bulletin is None:
        raise not_found("bulletin", slug, "Take a slug from /api/v1/bulletins.")
    return BulletinDetailShape.of_detail(bulletin, settings().base_url)


def _key(line: BulletinLine) -> tuple[date, int]:
    return line.dated_on, number_of(line)
