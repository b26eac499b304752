"""The pages of those signed in about themselves: factor, password, sessions."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)
