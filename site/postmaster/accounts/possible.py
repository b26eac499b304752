"""What can be done to an account from where it stands, for the links of its page. Pure.

The actions judge again: this only keeps links away that would be refused.
"""

from enum import StrEnum

from postmaster.accounts.rules import ALIVE, Kind, Status


class Deed(StrEnum):
    """Something a person does to an account; the value is the end of its address."""

    CHANGE = "change"
    ACCEPT = "accept"
    LEAVE = "leaver"
    CANCEL = "cancel-leaver"
    DISABLE = "disable"
    ENABLE = "enable"
    KEEP = "keep"
    RESTORE = "restore"
    HOLD = "hold"
    CONVERT = "convert"


# Why an account is disabled: the code that is stored, and the words on the form.
DISABLE_REASONS = {
    "long-leave": "Long leave, such as maternity or sickness",
    "incident": "A security incident",
    "inquiry": "An inquiry",
    "other": "Something else",
}
_LEAVES = frozenset({Kind.PERSON, Kind.APPLICATION})


def list_deeds(kind: Kind, status: Status, *, is_blocked: bool) -> tuple[Deed, ...]:
    """What can be done, in the order of the page."""
    is_working = status in {Status.ACTIVE, Status.INACTIVE}
    is_leaver, is_disabled = status is Status.LEAVER, status is Status.DISABLED
    can = {
        Deed.CHANGE: status in ALIVE,
        Deed.ACCEPT: status is Status.PENDING,
        Deed.LEAVE: kind in _LEAVES and (is_working or is_disabled),
        Deed.CANCEL: is_leaver,
        Deed.DISABLE: is_working or is_disabled or (is_leaver and not is_blocked),
        Deed.ENABLE: is_disabled or is_blocked,
        Deed.KEEP: status in ALIVE,
        Deed.RESTORE: status is Status.DELETED,
        Deed.HOLD: status is not Status.PURGED,
        Deed.CONVERT: status is Status.ACTIVE and kind in _LEAVES,
    }
    return tuple(deed for deed, is_possible in can.items() if is_possible)
