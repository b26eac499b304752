"""A thin layer over htmx-flask: the server picks the block; its own `make_response` is not used.

htmx-flask 0.1.0 refuses `beforebegin`, `afterbegin` and swap modifiers, so answers are made here.
"""

from typing import Any, cast

from flask import Flask, render_template, request
from htmx_flask import Htmx
from htmx_flask.extension import HtmxAwareRequest
from jinja2_fragments.flask import render_block

htmx = Htmx()


class LamppostRequest(HtmxAwareRequest):  # type: ignore[misc]  # htmx-flask ships no types
    """The request, able to say whether it wants a block or a page."""

    @property
    def wants_block(self) -> bool:
        """True for an htmx request that is not restoring history: Back must get the whole page."""
        return bool(self.htmx) and not self.htmx.history_restore_request


def init_app(app: Flask) -> None:
    """Put htmx-flask and our request on the application."""
    htmx.init_app(app)
    app.request_class = LamppostRequest


def render_page_or_block(template: str, block: str, **values: Any) -> str:
    """The whole page, or the one block the server chose when htmx asks for it."""
    if cast("LamppostRequest", request).wants_block:
        return render_block(template, block, **values)
    return render_template(template, **values)
