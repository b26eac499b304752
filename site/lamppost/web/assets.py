"""Static files at /assets, and addresses that change when the file does."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

from lamppost import paths
from lamppost.web.public import public_page

blueprint = Blueprint("assets", __name__)
WEEK_S = 7 * 86400
# What the style sheet and the templates name; a stranger's file in the folder is not served.
KINDS = {".css", ".js", ".svg", ".png", ".ico", ".json", ".jpg"}


@blueprint.get("/assets/<path:name>")
@public_page(areas=(), max_age_s=WEEK_S)
def show(name: str) -> Response:
    """One static file."""
    if Path(name).suffix not in KINDS:
        abort(404)
    return _served(name)


def _served(name: str) -> Response:
    response = send_from_directory(paths.STATIC, name, conditional=False, etag=False)
    response.direct_passthrough = False
    return response


@cache
def asset_address(name: str) -> str:
    """`/assets/<name>?v=<first of its hash>`: a new file is a new address."""
    digest = hashlib.sha256((paths.STATIC / name).read_bytes()).hexdigest()[:8]
    return f"/assets/{name}?v={digest}"
