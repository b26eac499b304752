"""security.txt."""

from flask import Blueprint

blueprint = Blueprint("well_known", __name__)
