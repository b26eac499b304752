"""The fuller status page, for the inner networks and those signed in."""

from flask import Blueprint

blueprint = Blueprint("n3", __name__)
