"""Header and footer, rendered once: NHS macros cost a millisecond each and never change."""

from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from lamppost.settings import Settings
from lamppost.web import wording_filters
from lamppost.web.assets import asset_address

# Section name to its address and words in the navigation.
SECTIONS = (
    ("home", "/", "Home"),
    ("bulletins", "/bulletins/", "Bulletins"),
    ("status", "/status/", "Service status"),
    ("changes", "/status/changes/", "Changes and tests"),
    ("contacts", "/contacts/", "Contacts"),
)
FEEDS = (
    ("/bulletins/feed.atom", "application/atom+xml", "Bulletins (Atom)"),
    ("/bulletins/feed.rss", "application/rss+xml", "Bulletins (RSS)"),
    ("/bulletins/feed.json", "application/feed+json", "Bulletins (JSON Feed)"),
    ("/status/feed.atom", "application/atom+xml", "Service status (Atom)"),
    ("/status/feed.rss", "application/rss+xml", "Service status (RSS)"),
    ("/status/feed.json", "application/feed+json", "Service status (JSON Feed)"),
    ("/status/calendar.ics", "text/calendar", "Tests, changes and releases (calendar)"),
)


def init_app(app: Flask, settings: Settings) -> None:
    """Give every template the header, the footer, the feeds and the service's name."""

    @lru_cache(maxsize=len(SECTIONS) + 1)
    def header(section: str = "") -> Markup:
        template = app.jinja_env.get_template("shared/header.html")
        return Markup(template.render(section=section, **shared))  # nosec B704 # noqa: S704 - our own template

    @lru_cache(maxsize=1)
    def footer() -> Markup:
        template = app.jinja_env.get_template("shared/footer.html")
        return Markup(template.render(**shared))  # nosec B704 # noqa: S704 - our own template

    shared = {
        "service_name": settings.service_name,
        "organisation_name": settings.organisation_name,
        "show_nhs_logo": settings.show_nhs_logo,
        "demonstration": settings.demonstration,
        "base_url": settings.base_url,
        "sections": SECTIONS,
        "feeds": FEEDS,
        "asset": asset_address,
    }
    app.jinja_env.globals.update(shared, chrome_header=header, chrome_footer=footer)
    app.jinja_env.filters.update(wording_filters.FILTERS)
