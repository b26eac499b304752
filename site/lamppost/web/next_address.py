"""Where to go after signing in: a path on this site, and nothing anybody else typed."""

import re

START = "/admin/"
# One slash, then anything printable that no browser reads as another host.
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
LONGEST = 2000


def safe_next(given: str | None) -> str:
    """The address asked for if it is a path of ours, otherwise the first page of the panels."""
    if given and len(given) <= LONGEST and _OWN_PATH.fullmatch(given):
        return given
    return START
