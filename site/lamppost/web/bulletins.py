"""The bulletins: archive, single bulletins in three formats, feeds and images."""

import json
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue

from lamppost.bulletins import reads
from lamppost.bulletins.documents import as_json, as_markdown
from lamppost.bulletins.feeds import say_feed_title
from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.pdf import as_pdf
from lamppost.bulletins.records import BulletinDetail
from lamppost.generation.actions import Area
from lamppost.web.context import session, settings
from lamppost.web.guard import open_to_all
from lamppost.web.pagination import paginate, read_page
from lamppost.web.public import public_page

blueprint = Blueprint("bulletins", __name__)
FORMATS = {
    "atom": ("application/atom+xml", "Atom"),
    "rss": ("application/rss+xml", "RSS"),
    "json": ("application/feed+json", "JSON Feed"),
}
# Only pictures: an SVG could carry a script.
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
PICTURE_AGE_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of the archive; `feed` is the path of its feeds, None for a year, which has none."""

    title: str
    path: str
    feed: str | None
    year: int | None = None
    topic: str | None = None
    audience: Audience | None = None


@blueprint.get("/bulletins/")
@public_page(areas=(Area.BULLETINS,), arguments=("page",))
def index() -> ResponseReturnValue:
    """Every bulletin, newest first."""
    return _archive(Shelf("Bulletins", "/bulletins/", ""))


@blueprint.get("/bulletins/years/<int(fixed_digits=4):year>/")
@public_page(areas=(Area.BULLETINS,), arguments=("page",))
def year(year: int) -> ResponseReturnValue:
    """The bulletins of one year."""
    return _archive(Shelf(f"Bulletins of {year}", f"/bulletins/years/{year}/", None, year=year))


@blueprint.get("/bulletins/topics/<topic>/")
@public_page(areas=(Area.BULLETINS,), arguments=("page",))
def topic(topic: str) -> ResponseReturnValue:
    """The bulletins about one topic."""
    feed = f"topics/{topic}"
    return _archive(Shelf(say_feed_title(feed), f"/bulletins/{feed}/", feed, topic=topic))


@blueprint.get("/bulletins/audiences/<audience>/")
@public_page(areas=(Area.BULLETINS,), arguments=("page",))
def audience(audience: str) -> ResponseReturnValue:
    """The bulletins for one audience, none of them included."""
    if audience not in set(Audience):
        abort(404)
    feed = f"audiences/{audience}"
    whom = Audience(audience)
    return _archive(Shelf(say_feed_title(feed), f"/bulletins/{feed}/", feed, audience=whom))


@blueprint.get("/bulletins/topics/")
@public_page(areas=(Area.BULLETINS,))
def topics() -> str:
    """Every topic with its bulletins counted."""
    return render_template("bulletins/topics.html", topics=reads.list_topics(session()))


def _archive(shelf: Shelf) -> ResponseReturnValue:
    """One page of a shelf; a page that is not there leads to the first."""
    number = read_page(request.args.get("page", "1"))
    found = reads.list_bulletins(
        session(),
        year=shelf.year,
        topic=shelf.topic,
        audience=shelf.audience,
        page=max(number, 1),
    )
    if found.total == 0 and (shelf.year or shelf.topic):
        abort(404)
    if not 1 <= number <= found.pages:
        return redirect(shelf.path)
    return render_template(
        "bulletins/archive.html",
        shelf=shelf,
        found=found,
        pagination=paginate(shelf.path, found.page, found.pages),
        years=reads.list_years(session()),
        topics=reads.list_topics(session()),
        audiences=reads.list_audiences(session()),
        page_feeds=_feed_links(shelf.feed) if shelf.feed else (),
    )


def _feed_links(path: str) -> list[tuple[str, str, str]]:
    title = say_feed_title(path)
    return [
        (f"/bulletins/{path}/feed.{name}", media_type, f"{title} ({words})")
        for name, (media_type, words) in FORMATS.items()
    ]


@blueprint.get("/bulletins/<slug>/")
@public_page(areas=(Area.BULLETINS,))
def show(slug: str) -> ResponseReturnValue:
    """One bulletin, or the stub of a withdrawn one."""
    bulletin = reads.get_bulletin(session(), slug)
    if bulletin is None:
        return _redirect_alias(slug, "/")
    response = make_response(_show(bulletin))
    if bulletin.line.is_withdrawn:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _show(bulletin: BulletinDetail) -> str:
    return render_template(
        "bulletins/show.html",
        bulletin=bulletin,
        line=bulletin.line,
        headings=bulletin.sections,
        neighbours=reads.get_neighbours(session(), bulletin.line),
        page_feeds=_feed_links(f"audiences/{bulletin.line.audience}"),
    )


@blueprint.get("/bulletins/<slug>.md")
@public_page(areas=(Area.BULLETINS,))
def markdown(slug: str) -> ResponseReturnValue:
    """One bulletin as Markdown, its facts filled in."""
    bulletin = reads.get_bulletin(session(), slug)
    if bulletin is None:
        return _redirect_alias(slug, ".md")
    return _text(as_markdown(bulletin), "text/markdown", bulletin)


@blueprint.get("/bulletins/<slug>.json")
@public_page(areas=(Area.BULLETINS,))
def document(slug: str) -> ResponseReturnValue:
    """One bulletin as JSON."""
    bulletin = reads.get_bulletin(session(), slug)
    if bulletin is None:
        return _redirect_alias(slug, ".json")
    words = json.dumps(as_json(bulletin, settings().base_url), ensure_ascii=False, indent=1)
    return _text(words, "application/json", bulletin)


@blueprint.get("/bulletins/<slug>.pdf")
@public_page(areas=(Area.BULLETINS,))
def sheets(slug: str) -> ResponseReturnValue:
    """One bulletin as PDF, for whoever prints it."""
    bulletin = reads.get_bulletin(session(), slug)
    if bulletin is None:
        return _redirect_alias(slug, ".pdf")
    media = settings().content_dir / "media"
    response = Response(
        as_pdf(bulletin, base_url=settings().base_url, media=media), mimetype="application/pdf"
    )
    response.headers["Content-Disposition"] = f'inline; filename="{bulletin.line.slug}.pdf"'
    response.last_modified = bulletin.line.updated_at
    return response


def _redirect_alias(alias: str, ending: str) -> ResponseReturnValue:
    slug = reads.resolve_alias(session(), alias)
    if slug is None:
        abort(404)
    return redirect(f"/bulletins/{slug}{ending}", 301)


def _text(words: str, media_type: str, bulletin: BulletinDetail) -> Response:
    response = Response(words, content_type=f"{media_type}; charset=utf-8")
    response.last_modified = bulletin.line.updated_at
    return response


# Each spelt out: a name in angle brackets would lose to the bulletins' own `<slug>.json`.
@blueprint.get("/bulletins/feed.atom", defaults={"name": "atom"})
@blueprint.get("/bulletins/feed.rss", defaults={"name": "rss"})
@blueprint.get("/bulletins/feed.json", defaults={"name": "json"})
@blueprint.get("/bulletins/<any(topics, audiences):kind>/<value>/feed.<name>")
@public_page(areas=(Area.BULLETINS,))
def feed(name: str, kind: str = "", value: str = "") -> Response:
    """A finished feed, as it was stored when something was last published."""
    found = reads.get_feed(session(), f"{kind}/{value}" if kind else "", name)
    if found is None or name not in FORMATS:
        abort(404)
    response = Response(found.body, content_type=f"{FORMATS[name][0]}; charset=utf-8")
    response.last_modified = found.updated_at
    return response


@blueprint.get("/bulletins/media/<path:name>")
@open_to_all("pictures of public bulletins, sent as the files they are", is_kept=True)
def media(name: str) -> Response:
    """A picture that stands beside the bulletins."""
    if not name.lower().endswith(PICTURES):
        abort(404)
    folder = (settings().content_dir / "media").resolve()
    return send_from_directory(folder, name, max_age=PICTURE_AGE_S)
