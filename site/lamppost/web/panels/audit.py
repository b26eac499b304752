"""The audit panel."""

from flask import Blueprint

blueprint = Blueprint("audit", __name__)
