"""The words of a notice and of the digest for administrators. Pure; each with its version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postmaster.days import london_day, say_day
from postmaster.lifecycle.rules import Reason

NOTICE = "lifecycle-notice-1"
DIGEST = "lifecycle-digest-2"
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Facing:
    """One member as a letter speaks of it."""

    address: str
    organisation: str
    organisation_name: str
    status_since: datetime | None
    deletes_on: date


def write_notice(facing: Facing, reason: Reason, *, link: str) -> tuple[str, str]:
    """Subject and text of the letter to the mailbox."""
    day = say_day(facing.deletes_on)
    subject = f"Your account {facing.address} will be deleted on {day}"
    text = (
        f"The account {facing.address} will be deleted on {day}, with everything in it.\n\n"
        f"Why: {_say_reason(facing, reason)}\n\n"
        "If you still need it, say so before that day. You do not have to sign in:\n"
        f"{link}\n\n"
        f"Or tell the local administrator of {facing.organisation_name} "
        f"({facing.organisation}).\n\n"
        "If you do nothing, nobody can read the mail in this account after that day.\n"
    )
    return subject[:200], text


def write_digest(
    batch_id: int, listed: Sequence[tuple[str, str, date]], total: int, reason: Reason
) -> tuple[str, str]:
    """Subject and text of the letter to somebody who administers organisations.

    `listed` are the organisation, the address and the day of the first accounts, `total` how many
    there are in all.
    """
    count = "1 account" if total == 1 else f"{total:,} accounts"
    lines = "\n".join(f"  {say_day(day)}  {code}  {address}" for code, address, day in listed)
    more = f"\n  and {total - len(listed):,} more" if total > len(listed) else ""
    text = (
        f"{count} of the organisations you look after will be deleted: {_WHY[reason]}. "
        f"{_READ[reason]}\n\n"
        f"{lines}{more}\n\n"
        f"All of them are in the Lifecycle panel, batch {batch_id}. If one of them is still "
        "needed, keep it there, place a hold on it, or change its state before its day.\n"
    )
    return f"{count} of your organisations will be deleted", text


_WHY = {
    Reason.LEAVER_DUE: "their owners left and nobody accepted them since",
    Reason.INACTIVE_DUE: "they have not been used for a long time",
    Reason.DISABLED_DUE: "they were disabled and nobody enabled them again",
    Reason.PENDING_EXPIRED: "nobody ever opened them",
}
_UNREAD = (
    "Each mailbox has been written to, but nobody is likely to read it: you may be the only one "
    "who knows whether it is needed."
)
_READ = {
    Reason.LEAVER_DUE: _UNREAD,
    Reason.INACTIVE_DUE: "Each mailbox has been written to.",
    Reason.DISABLED_DUE: _UNREAD,
    Reason.PENDING_EXPIRED: _UNREAD,
}


def _say_reason(facing: Facing, reason: Reason) -> str:
    began = facing.status_since
    since = "" if began is None else f" on {say_day(london_day(began))}"
    return {
        Reason.LEAVER_DUE: f"it was marked as the account of somebody who left{since}.",
        Reason.INACTIVE_DUE: f"it was not used for a long time and became inactive{since}.",
        Reason.DISABLED_DUE: f"it was disabled{since} and nobody enabled it again.",
        Reason.PENDING_EXPIRED: "nobody accepted the terms of use after it was made.",
    }[reason]
