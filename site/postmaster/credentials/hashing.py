"""argon2id, bounded: how many passwords may be hashed at once, and what a hash costs."""

from dataclasses import dataclass
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from postmaster.credentials.rules import normalise


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs."""

    memory_kib: int
    passes: int
    lanes: int


# OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane.
OWASP = Cost(memory_kib=19 * 1024, passes=2, lanes=1)
# For tests alone: the smallest argon2 takes.
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
AT_ONCE = 4
WAIT_SECONDS = 2.0


class HashingBusyError(Exception):
    """Too many passwords are being hashed at this moment."""


class Hasher:
    """Hashes and checks passwords, so many at once and no more.

    A flood of sign-ins waits for a place and is then told to come back, instead of taking the
    memory and both cores of the machine.
    """

    def __init__(self, cost: Cost, *, at_once: int, wait_seconds: float) -> None:
        self._argon2 = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes
        )
        self._places = BoundedSemaphore(at_once)
        self._wait_seconds = wait_seconds
        # Checked when there is no account, so that the time taken tells nothing.
        self._dummy = self._argon2.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash to keep.

        Raises:
            HashingBusyError: no place became free in time.
        """
        self._take_place()
        try:
            return self._argon2.hash(normalise(password))
        finally:
            self._places.release()

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one hashed; None takes as long and is never right.

        Raises:
            HashingBusyError: no place became free in time.
        """
        self._take_place()
        try:
            self._argon2.verify(password_hash or self._dummy, normalise(password))
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._places.release()
        return password_hash is not None

    def _take_place(self) -> None:
        if not self._places.acquire(timeout=self._wait_seconds):
            raise HashingBusyError


def make_hasher(
    cost: Cost = OWASP, *, at_once: int = AT_ONCE, wait_seconds: float = WAIT_SECONDS
) -> Hasher:
    """A hasher for one process; tests hand in a cheaper cost."""
    return Hasher(cost, at_once=at_once, wait_seconds=wait_seconds)
