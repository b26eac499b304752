"""When a mail arrived, as servers stamped it: Received lines, INTERNALDATE, file time."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime

WHOLE_SECOND_S = 1.0

_COMMENT = re.compile(r"\([^()]*\)")
_BY = re.compile(r"(?:^|\s)by\s+([^\s;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment a server wrote down, and how finely."""

    at: datetime
    resolution_s: float


def delivery_stamp(content: bytes, arrived: Stamp, trusted_hosts: Collection[str]) -> Stamp:
    """The topmost Received line of a trusted host, or else what the mailbox says.

    Lines of other hosts can be forged by whoever sent the mail, so they count for nothing.
    """
    trusted = {host.lower().rstrip(".") for host in trusted_hosts}
    for line in message_from_bytes(content).get_all("Received", []):
        host, at = read_received(str(line))
        if at is not None and host in trusted:
            return Stamp(at, WHOLE_SECOND_S)
    return arrived


def read_received(line: str) -> tuple[str, datetime | None]:
    """The host that wrote a Received line, and its moment if that can be read (RFC 5322, 3.6.7)."""
    said = " ".join(line.split())
    while (bare := _COMMENT.sub(" ", said)) != said:
        said = bare
    route, _, moment = said.rpartition(";")
    by = _BY.search(route)
    return (by.group(1).lower().rstrip(".") if by else ""), read_moment(moment)


def read_moment(text: str) -> datetime | None:
    """A mail date in UTC; None when it is none."""
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # "-0000" means UTC of unknown locality: it is read as UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_internal_date(text: str) -> datetime | None:
    """An IMAP INTERNALDATE such as ` 9-Apr-2018 07:30:00 +0100` in UTC; None when it is none."""
    return read_moment(text.strip(' "').replace("-", " ", 2))
