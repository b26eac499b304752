"""What the steps of signing in, and of what people do to their own account, end in."""

from dataclasses import dataclass
from datetime import timedelta

REFUSED = "The email address or password is wrong."
CODE_REFUSED = "The code is wrong or has been used already. Wait for the next one and try again."
BEGIN_AGAIN = "Your sign-in has ended. Sign in again."
BUSY = "Too many people are signing in at this moment. Try again in a few seconds."
TRY_LATER = "There were too many tries. Wait and try again later."


@dataclass(frozen=True, slots=True)
class HalfSession:
    """The password was right: a token for the code step, worth nothing else.

    `needs_set_up`: no authenticator is confirmed yet; a secret waits in `get_waiting_factor`.
    """

    token: str
    person_id: str
    needs_set_up: bool


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """Both factors were right: a new token. Recovery codes only when just made; shown once."""

    token: str
    person_id: str
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """No, in one sentence that is the same for every reason.

    `retry_after` when there were too many tries; `must_begin_again` when the half session is over.
    """

    words: str = REFUSED
    retry_after: timedelta | None = None
    must_begin_again: bool = False


@dataclass(frozen=True, slots=True)
class SignInBusy:
    """Too many passwords are being checked at this moment; nothing was counted."""

    words: str = BUSY


@dataclass(frozen=True, slots=True)
class PasswordFaults:
    """The new password will not do; one sentence a fault."""

    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The new password holds; every other session of the person is over."""

    sessions_ended: int
