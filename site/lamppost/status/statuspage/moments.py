"""Moments as the API writes them: ISO 8601 with milliseconds in the page's own zone."""

from datetime import datetime

from lamppost.clock import LONDON

TIME_ZONE = "Europe/London"


def write_moment(moment: datetime) -> str:
    """`2018-04-09T09:00:00.000+01:00`."""
    return moment.astimezone(LONDON).isoformat(timespec="milliseconds")


def write_some(moment: datetime | None) -> str | None:
    """A moment, or null."""
    return None if moment is None else write_moment(moment)
