"""The first page of the panels: what waits for whom."""

from flask import Blueprint

blueprint = Blueprint("start", __name__)
