"""What the milter knows: the policy by its version, and who may submit mail, read again and again.

While the database is away it goes by what it knew last, in memory and on the disc. It never makes
up what it does not know: without a policy, or about a login it cannot look up, a message meets the
failure action.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from lamppost.clock import Clock
from lamppost.database import read_only
from lamppost.worker.milter.policy_file import Known, PolicyFileError, read_known, write_known
from postmaster.accounts.rules import fold_address
from postmaster.entitlements.reads import Submitter, get_submitter, list_submitters
from postmaster.spoofing.policy_reads import get_spoof_policy
from postmaster.spoofing.values import SenderStanding, SpoofPolicy

log = logging.getLogger(__name__)
REFRESH_S = 5.0


class UnknownError(Exception):
    """It is not known and cannot be asked now."""


class Senders:
    """The one login a message was submitted by, looked up before it is judged."""

    def __init__(self, standings: Mapping[str, SenderStanding | None]) -> None:
        self._standings = standings

    def standing(self, address: str) -> SenderStanding | None:
        """The standing of the login; None for any other address."""
        return self._standings.get(fold_address(address))


class Knowledge:
    """The policy and the submitters, kept fresh.

    Args:
        engine: the database.
        file: where what is known is kept for when the database is away.
        authserv_id: our name in Authentication-Results.
        clock: what time it is.
    """

    def __init__(self, engine: Engine, file: Path, *, authserv_id: str, clock: Clock) -> None:
        self._engine = engine
        self._file = file
        self._authserv_id = authserv_id
        self._clock = clock
        self._known: Known | None = None
        self._is_away = False

    def refresh(self) -> None:
        """Read everything again; when that cannot be, keep what is known, or read the file."""
        now = self._clock.now()
        try:
            with read_only(self._engine) as session:
                policy = get_spoof_policy(session, authserv_id=self._authserv_id, now=now)
                found = list_submitters(session, now=now)
        except SQLAlchemyError as error:
            self._go_on_without(error)
            return
        if self._is_away:
            log.warning("The database is back.")
        self._is_away = False
        fresh = Known(policy, {one.address_key: to_standing(one) for one in found}, now)
        is_changed = self._known is None or (
            (self._known.policy.version, self._known.submitters)
            != (policy.version, fresh.submitters)
        )
        self._known = fresh
        if is_changed:
            log.info("The policy is %s now.", policy.version)
            write_known(self._file, fresh)

    def policy(self) -> SpoofPolicy:
        """The policy as last read.

        Raises:
            UnknownError: none was ever read here.
        """
        if self._known is None:
            raise UnknownError("no policy is known: the database is away and there is no file")
        return self._known.policy

    def senders(self, login: str | None, *, is_inside: bool) -> Senders:
        """The directory for one message.

        Args:
            login: who submitted it, if anybody did.
            is_inside: whether it came from HSCN, where no leave is needed.

        Raises:
            UnknownError: the login cannot be looked up now, and was not known before.
        """
        if login is None:
            return Senders({})
        standing = self._look_up(login)
        if standing is not None and is_inside:
            standing = SenderStanding(
                standing.kind, standing.is_active, is_granted=True, is_locked=standing.is_locked
            )
        return Senders({fold_address(login): standing})

    def read_at(self) -> datetime | None:
        """When what is known was read."""
        return self._known.read_at if self._known else None

    def keep_fresh(self, stop: threading.Event, every_s: float = REFRESH_S) -> None:
        """Refresh until told to stop; for a thread of its own."""
        while not stop.wait(every_s):
            try:
                self.refresh()
            except OSError as error:
                log.exception("What is known cannot be kept on the disc: %s", error.strerror)

    def _look_up(self, login: str) -> SenderStanding | None:
        try:
            with read_only(self._engine) as session:
                found = get_submitter(session, address=login, now=self._clock.now())
        except SQLAlchemyError:
            known = self._known.submitters.get(fold_address(login)) if self._known else None
            if known is None:
                raise UnknownError(f"the login {login!r} cannot be looked up now") from None
            return known
        return None if found is None else to_standing(found)

    def _go_on_without(self, error: SQLAlchemyError) -> None:
        if not self._is_away:
            log.warning(
                "The database is away (%s); the policy last known goes on.",
                error.__class__.__name__,
            )
        self._is_away = True
        if self._known is None:
            try:
                self._known = read_known(self._file)
                log.warning("The policy of %s is read from the disc.", self._known.read_at)
            except PolicyFileError as trouble:
                log.warning("No policy is known: %s. Messages meet the failure action.", trouble)


def to_standing(found: Submitter) -> SenderStanding:
    """A submitter in the words of judging."""
    return SenderStanding(found.kind, found.is_active, found.is_granted, found.is_locked)
