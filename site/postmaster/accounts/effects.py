"""What an account may do at this moment, in the words of the service's own table."""

from dataclasses import dataclass

from postmaster.accounts.rules import Kind, Status, get_effects

YES, NO = "Yes", "No"
# Where yes alone would say too much.
SIGN_IN_WORDS = {
    Status.PENDING: "Only to accept the terms of use",
    Status.INACTIVE: "Yes, which makes it active",
    Status.LEAVER: "Yes, until it is due",
}
LISTED_WORDS = {Status.LEAVER: "Yes, marked as a leaver"}


@dataclass(frozen=True, slots=True)
class EffectWords:
    """The four effects of where an account stands, each as words."""

    sign_in: str
    send: str
    receive: str
    directory: str


def say_effects(
    status: Status, kind: Kind, *, is_blocked: bool, is_locked: bool, is_due: bool
) -> EffectWords:
    """The effects in words; an overlay that takes sign-in away is named."""
    found = get_effects(status, kind, is_blocked=is_blocked, is_locked=is_locked, is_due=is_due)
    return EffectWords(
        _say_sign_in(status, kind, found.signs_in, is_blocked, is_locked),
        YES if found.sends else NO,
        YES if found.receives else NO,
        LISTED_WORDS.get(status, YES) if found.lists else NO,
    )


def _say_sign_in(
    status: Status,
    kind: Kind,
    signs_in: bool,  # noqa: FBT001 - a fact, read once above
    is_blocked: bool,  # noqa: FBT001 - as above
    is_locked: bool,  # noqa: FBT001 - as above
) -> str:
    if signs_in:
        return SIGN_IN_WORDS.get(status, YES)
    if kind in {Kind.SHARED, Kind.RESOURCE}:
        return "Nobody: its owners and members open it"
    if status not in SIGN_IN_WORDS and status is not Status.ACTIVE:
        return NO
    if is_blocked:
        return "No, it is blocked"
    return "No, it is locked" if is_locked else "No, it is due"
