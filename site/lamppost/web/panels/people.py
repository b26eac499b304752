"""The people panel: who has which role."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
