"""What the password of a kind of account must be on a day, and how long it lasts. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from postmaster.accounts.rules import WITHOUT_SIGN_IN, Kind
from postmaster.credentials.rules import judge_password, normalise
from postmaster.days import add_months
from postmaster.policy.numbers import Key
from postmaster.policy.rules import Policy

REMINDERS = (
    Key.PASSWORD_REMIND_FIRST_DAYS,
    Key.PASSWORD_REMIND_SECOND_DAYS,
    Key.PASSWORD_REMIND_THIRD_DAYS,
    Key.PASSWORD_REMIND_FOURTH_DAYS,
    Key.PASSWORD_REMIND_LAST_DAYS,
)


class NoPasswordError(ValueError):
    """A shared mailbox or a room has no password: its owners and members open it with theirs."""


class ChangeReason(StrEnum):
    """Why a password must be changed before anything else."""

    GIVEN = "given"
    CONVERTED = "converted"
    EXPIRED = "expired"


CHANGE_WORDS = {
    ChangeReason.GIVEN: "Somebody else set it",
    ChangeReason.CONVERTED: "The account became another kind since it was set",
    ChangeReason.EXPIRED: "It is past its day",
}


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What one kind of account is asked for. `needs_mixture`: capitals, small letters, and more."""

    kind: Kind
    shortest: int
    needs_mixture: bool
    takes_blanks: bool
    takes_names: bool
    remembered: int

    @property
    def words(self) -> str:
        """The rules as the hint of a form says them."""
        said = f"At least {self.shortest} characters"
        if self.needs_mixture:
            said += ", with capital and small letters and a number or a symbol"
        if not self.takes_blanks:
            said += ", no blanks"
        if not self.takes_names:
            said += ", not your name"
        return f"{said}. Not one of your last {self.remembered}, and not a common one."


def password_policy(kind: Kind, policy: Policy) -> PasswordPolicy:
    """What a kind of account is asked for by the policy of a day.

    Raises:
        NoPasswordError: the kind has no password.
    """
    if kind in WITHOUT_SIGN_IN:
        raise NoPasswordError(NoPasswordError.__doc__)
    is_application = kind is Kind.APPLICATION
    length = Key.APPLICATION_PASSWORD_MIN_LENGTH if is_application else None
    return PasswordPolicy(
        kind=kind,
        shortest=policy[length or Key.PERSON_PASSWORD_MIN_LENGTH],
        needs_mixture=is_application,
        takes_blanks=not policy[Key.PASSWORD_BLANKS_REFUSED],
        takes_names=not policy[Key.PASSWORD_NAMES_REFUSED],
        remembered=policy[Key.PASSWORD_REMEMBERED],
    )


def judge_for(
    asked: PasswordPolicy, password: str, *, names: Iterable[str] = ()
) -> tuple[str, ...]:
    """What is wrong with a new password for an account; nothing when it will do."""
    barred = () if asked.takes_names else names
    faults = list(judge_password(password, names=barred, shortest=asked.shortest))
    plain = normalise(password)
    if asked.needs_mixture and not _is_mixed(plain):
        faults.append("The password must have capital and small letters and a number or a symbol.")
    if not asked.takes_blanks and any(map(str.isspace, plain)):
        faults.append("The password must not contain blanks.")
    return tuple(faults)


def find_expiry(kind: Kind, *, set_on: date, then: Policy, now: Policy) -> date:
    """The day a password can last be used.

    How long it lasts is what held on the day it was set (`then`). New rules that ask everybody to
    renew shorten that: so many days after the day those rules began.
    """
    if kind is Kind.APPLICATION:
        return add_months(set_on, then[Key.APPLICATION_PASSWORD_EXPIRES_MONTHS])
    expires_on = set_on + timedelta(days=then[Key.PERSON_PASSWORD_EXPIRES_DAYS])
    renew = now.numbers[Key.PERSON_PASSWORD_RENEW_DAYS]
    if renew.value and set_on < renew.holds_from:
        expires_on = min(expires_on, renew.holds_from + timedelta(days=renew.value))
    return expires_on


def list_reminder_days(policy: Policy) -> Sequence[int]:
    """How many days before its last day the owner is reminded, the most first."""
    return sorted({policy[key] for key in REMINDERS}, reverse=True)


def find_change_reason(
    *, is_given: bool, is_converted: bool, expires_on: date, today: date
) -> ChangeReason | None:
    """Why a password must be changed at the next sign-in; None when it need not."""
    if is_given:
        return ChangeReason.GIVEN
    # Even one that is long enough for its new kind.
    if is_converted:
        return ChangeReason.CONVERTED
    return ChangeReason.EXPIRED if today > expires_on else None


def _is_mixed(plain: str) -> bool:
    has_upper, has_lower = any(map(str.isupper, plain)), any(map(str.islower, plain))
    kinds = {unicodedata.category(letter)[0] for letter in plain if not letter.isspace()}
    return has_upper and has_lower and bool(kinds & {"N", "P", "S"})
