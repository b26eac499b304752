"""The delivery panel: what mail is owed, accepted, bounced."""

from flask import Blueprint

blueprint = Blueprint("delivery", __name__)
