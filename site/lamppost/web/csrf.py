"""CSRF on every unsafe verb; the exemptions are listed here and tested."""

from flask import Flask
from flask_wtf import CSRFProtect

protection = CSRFProtect()


def init_app(app: Flask) -> None:
    """Ask for the token on POST, PUT, PATCH and DELETE. A page left open must outlive an hour."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    protection.init_app(app)
