"""Who may be reset, through which channel, and how a month is shared out. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from postmaster.access.actors import Actor, ActorKind, Target
from postmaster.access.matrix import Action, get_matrix
from postmaster.access.roles import Reach
from postmaster.accounts.rules import WITHOUT_SIGN_IN, Kind, Status, get_effects

TENTHS = 1000
PER = 1000


class Channel(StrEnum):
    """Through whom a password was reset."""

    SELF_SERVICE = "self_service"
    LOCAL_ADMIN = "local_admin"
    NATIONAL_HELPDESK = "national_helpdesk"


CHANNEL_WORDS = {
    Channel.SELF_SERVICE: "By oneself",
    Channel.LOCAL_ADMIN: "By a Local Administrator",
    Channel.NATIONAL_HELPDESK: "By the national helpdesk",
}


class Outcome(StrEnum):
    """How it ended. Only what is done counts in a month."""

    DONE = "done"
    REFUSED = "refused"
    NO_MOBILE = "no_mobile"


OUTCOME_WORDS = {
    Outcome.DONE: "Done",
    Outcome.REFUSED: "Refused: the identity check failed",
    Outcome.NO_MOBILE: "No mobile to send a password to",
}


class Proof(StrEnum):
    """How it was known that the owner asks."""

    ANSWERS_AND_MOBILE = "answers_and_mobile"
    ANSWERS = "answers"
    KNOWN = "known"


PROOF_WORDS = {
    Proof.ANSWERS_AND_MOBILE: "Characters of the answers, and the registered mobile",
    Proof.ANSWERS: "Characters of an answer",
    Proof.KNOWN: "Known in person",
}


class Deed(StrEnum):
    """What staff do after an identity check; the value is the end of its address."""

    RESET = "reset-password"
    UNLOCK = "unlock"
    CLEAR = "clear-questions"


DEED_WORDS = {
    Deed.RESET: "Reset the password",
    Deed.UNLOCK: "Unlock",
    Deed.CLEAR: "Clear the security questions",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an account a reset asks about. `has_accepted`: its owner accepted the terms."""

    kind: Kind
    status: Status
    is_blocked: bool
    is_locked: bool
    is_due: bool
    has_accepted: bool
    has_questions: bool


def find_reset_fault(account: Standing) -> str | None:
    """Why an account's password cannot be reset; None when it can.

    The table of effects decides: whoever could not sign in with any password gets none. A lock is
    no reason, for it is over by itself; an account made inactive signs in and is active again.
    """
    if account.kind in WITHOUT_SIGN_IN:
        return "A shared mailbox or a room has no password: its owners and members open it."
    effects = get_effects(
        account.status, account.kind,
        is_blocked=account.is_blocked, is_locked=False, is_due=account.is_due,
    )  # fmt: skip
    if effects.signs_in:
        return None
    if account.is_blocked:
        return "Signing in is blocked. A reset would not change that: enable the account first."
    if account.is_due:
        return "Its days as a leaver are over. A reset would not bring it back."
    return "Nobody signs in to it as it stands, and a reset would not bring it back."


def find_deed_fault(deed: Deed, account: Standing) -> str | None:
    """Why staff cannot do something to an account as it stands; None when they can."""
    if deed is Deed.RESET:
        return find_reset_fault(account)
    if deed is Deed.UNLOCK:
        return None if account.is_locked else "It is not locked."
    if not account.has_questions:
        return "It has no security questions."
    if not account.has_accepted:
        return "Its owner has not accepted the terms of use yet."
    if account.is_locked:
        return "It is locked. Unlock it first."
    return find_reset_fault(account)


def channel_of(actor: Actor, on: Target) -> Channel:
    """The channel of staff: local where a role held for an organisation reaches the account."""
    if actor.kind is not ActorKind.PERSON:
        return Channel.NATIONAL_HELPDESK
    row = get_matrix()[Action.ACCOUNTS_RESET]
    local = {grant.scope for grant in actor.grants if row.reach[grant.role] is Reach.SCOPE}
    return Channel.LOCAL_ADMIN if local & on.above else Channel.NATIONAL_HELPDESK


def share_out(counts: Mapping[Channel, int]) -> dict[Channel, Decimal]:
    """Per cent of each channel to one decimal, by largest remainder: together 100.0.

    Nothing was reset: an empty answer, and nothing is divided. Equal remainders go to the channel
    that comes first.
    """
    total = sum(counts.values())
    if total == 0:
        return {}
    whole = {channel: counts.get(channel, 0) * TENTHS // total for channel in Channel}
    rest = sorted(Channel, key=lambda channel: -(counts.get(channel, 0) * TENTHS % total))
    for channel in rest[: TENTHS - sum(whole.values())]:
        whole[channel] += 1
    return {channel: Decimal(tenths) / 10 for channel, tenths in whole.items()}


def rate_of(resets: int, accounts: int) -> Decimal | None:
    """Resets for each 1,000 accounts, to one decimal; None where there is no account."""
    if accounts == 0:
        return None
    return (Decimal(resets * PER) / accounts).quantize(Decimal("0.1"), ROUND_HALF_UP)


def say_share(share: Decimal) -> str:
    """`14.5%`, `3%`: without a decimal that says nothing."""
    return f"{share:.1f}".removesuffix(".0") + "%"


def list_channels(counts: Iterable[tuple[str, int]]) -> dict[Channel, int]:
    """Counts with every channel in its order, nought where there was none."""
    found = dict(counts)
    return {channel: found.get(channel, 0) for channel in Channel}
