"""States of stages, exceptions and ways out, the sorts of senders, and what may follow what."""

from enum import StrEnum


class SpoofError(ValueError):
    """It cannot be done; the message says what to do. `field` is the form's."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class StageState(StrEnum):
    """Where a row of the policy stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"


class LeaveState(StrEnum):
    """Where an exception stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"
    LAPSED = "lapsed"


class Sort(StrEnum):
    """What a sender is."""

    SUPPLIER = "supplier"
    SERVER = "server"
    FORWARDER = "forwarder"
    LIST = "list"
    UNKNOWN = "unknown"


class Way(StrEnum):
    """How a sender can go on without spoofing."""

    APPLICATION = "application-account"
    SMTP = "smtp-over-internet"
    DOMAIN = "own-domain"
    RELAY = "relay"


class WayState(StrEnum):
    """How far a way out has come."""

    ASKED = "asked"
    WRITTEN = "written"
    AGREED = "agreed"
    DONE = "done"
    REFUSED = "refused"


class Manner(StrEnum):
    """How recipients hear of blocked mail: once a day, once for each sender and day, not at all."""

    DAILY = "daily"
    EACH = "each"
    OFF = "off"


class Notice(StrEnum):
    """Whether the recipients of a message are owed a notice."""

    NONE = "none"
    OWED = "owed"
    TOLD = "told"


SORT_WORDS = {
    Sort.SUPPLIER: "Own supplier",
    Sort.SERVER: "Own server",
    Sort.FORWARDER: "Forwarder",
    Sort.LIST: "Mailing list",
    Sort.UNKNOWN: "Unknown",
}
WAY_WORDS = {
    Way.APPLICATION: "An application account",
    Way.SMTP: "SMTP over the internet from an account it has",
    Way.DOMAIN: "Its own domain in the From line",
    Way.RELAY: "The relay, for an nhs.uk domain from HSCN",
}
WAY_STATE_WORDS = {
    WayState.ASKED: "Asked for",
    WayState.WRITTEN: "Sender written to",
    WayState.AGREED: "Sender agreed",
    WayState.DONE: "Done",
    WayState.REFUSED: "Sender refused",
}
NEXT_WAY = {
    WayState.ASKED: (WayState.WRITTEN, WayState.AGREED, WayState.DONE, WayState.REFUSED),
    WayState.WRITTEN: (WayState.AGREED, WayState.DONE, WayState.REFUSED),
    WayState.AGREED: (WayState.DONE, WayState.REFUSED),
    WayState.DONE: (),
    WayState.REFUSED: (WayState.WRITTEN, WayState.AGREED),
}
# What somebody does next about a sender of this sort.
NEXT_STEP = {
    Sort.SUPPLIER: "Write to the supplier: its own domain, or an application account of yours.",
    Sort.SERVER: "Give the server an application account, or register it with the relay.",
    Sort.FORWARDER: "Nothing is wrong with the sender. Ask who forwards to stop, or to sign (ARC).",
    Sort.LIST: "Ask whoever runs the list to write its own address in the From line.",
    Sort.UNKNOWN: "Ask those who received it if they know the sender; if nobody does, leave it.",
}
