"""The matrix as a page."""

from flask import Blueprint

blueprint = Blueprint("roles", __name__)
