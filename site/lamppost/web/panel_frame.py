"""What every panel page is handed: navigation by role, who is signed in."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the panels' templates their frame."""
    del app
