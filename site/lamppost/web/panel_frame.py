"""What every panel page is handed: navigation by role, who is signed in, addresses with filters."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Flask, request

from lamppost.people.reads import SignedIn
from lamppost.web.guard import visitor
from lamppost.web.navigation import NavigationItem, list_panels


def init_app(app: Flask) -> None:
    """Give the panels' templates their frame."""
    app.jinja_env.globals.update(
        panel_navigation=panel_navigation,
        panel_visitor=panel_visitor,
        address_with=address_with,
    )


def panel_visitor() -> SignedIn | None:
    """Who is signed in with both factors."""
    found = visitor()
    return found if found is not None and found.has_both_factors else None


def panel_navigation() -> list[NavigationItem]:
    """The panels the one who is signed in may open."""
    found = panel_visitor()
    return list_panels(found.actor, request.path) if found else []


def address_with(path: str, filters: Mapping[str, str | None], cursor: str | None = None) -> str:
    """The address of a list with its filters, and of the page a cursor names."""
    query = {name: value for name, value in filters.items() if value}
    if cursor:
        query["cursor"] = cursor
    return f"{path}?{urlencode(query)}" if query else path
