"""One run of the delay probe, over any mailbox and any way of handing mail in."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from probes.faults import ProbeFaultError, ProberUnfitError
from probes.mail_message import is_owned, new_token, tokens_in
from probes.mailbox import Letter, Mailbox
from probes.reading import Clock, Expected, Journal, Levels, Reading
from probes.relay_readings import (
    LOST,
    Found,
    Trust,
    age_of,
    awaited_reading,
    found_reading,
    interrupted_reading,
    lost_reading,
    unsent_reading,
)
from probes.submission import UncertainError

# Hands a mail in for a token noted at a moment, within seconds; gives when it was accepted.
Post: TypeAlias = Callable[[str, datetime, float], datetime]

NEWEST_SETTLED = "newest_settled"
WATCHED_FOR = timedelta(hours=24)
EAGER_S, EAGER_LOOKS, PATIENT_S = 0.2, 10, 1.0
RESERVE_S = 0.25  # of the run's time, for what comes after the last answer
SHORTEST_POST_S = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for the new mail, to keep settled mail, and before a second try."""

    poll_s: float = 2.0
    purge_after_s: float = 3600.0
    retry_after_s: float = 0.0


class RelayRun:
    """The steps of one run, and at its end the readings together with what the journal is told.

    The journal hears nothing of settling before `finish`: a run that breaks midway settles nothing.
    """

    def __init__(
        self,
        probe: str,
        *,
        journal: Journal,
        mailbox: Mailbox,
        post: Post,
        clock: Clock,
        seconds: float,
        levels: Levels,
        trust: Trust,
        pace: Pace,
    ) -> None:
        self._probe = probe
        self._journal = journal
        self._mailbox = mailbox
        self._post = post
        self._clock = clock
        self._until = clock.monotonic() + seconds - RESERVE_S
        self._levels = levels
        self._trust = trust
        self._pace = pace
        self._seen: list[tuple[Letter, frozenset[str]]] = []
        self._pending = {mail.token: mail for mail in journal.pending()}
        newest = journal.get_state(NEWEST_SETTLED)
        self._newest = datetime.fromisoformat(newest) if newest else None
        self._readings: list[Reading] = []
        self._settled: list[str] = []
        self._given_up: list[str] = []

    def collect(self, poll_s: float | None = None) -> None:
        """Settle every awaited mail that has arrived since the last look.

        Raises:
            ProberUnfitError: the mailbox does not answer.
        """
        fresh = [(letter, frozenset(tokens_in(letter.content))) for letter in self._mailbox.look()]
        seen_at = self._clock.now()
        self._seen += fresh
        copies: dict[str, list[Letter]] = {}
        for letter, tokens in fresh:
            for token in tokens & self._pending.keys():
                copies.setdefault(token, []).append(letter)
        arrived = sorted((self._pending[token] for token in copies), key=lambda mail: mail.sent_at)
        if not arrived:
            return
        newest = max(arrived[-1].sent_at, self._newest or arrived[-1].sent_at)
        for mail in arrived:
            found = Found(mail, copies[mail.token], seen_at, poll_s, mail.sent_at < newest)
            self._readings.append(found_reading(self._probe, found, self._trust))
            self._settle(mail)
        self._newest = newest

    def judge(self) -> None:
        """Say of mail that has not come: given up, interrupted or at least so old."""
        now = self._clock.now()
        for mail in self._oldest_first():
            if age_of(mail, now) > WATCHED_FOR and (
                mail.state == LOST or not self._is_lost(mail, now)
            ):
                self._settle(mail)
            elif mail.state != LOST and self._is_lost(mail, now):
                self._give_up(mail, now)
        # Said of slow mail always, and of any mail where there is nothing else to say: a run that
        # looked and found nothing has measured, and must not seem stale.
        slow_above = self._levels.slow_above or 0.0
        for mail in self._oldest_first():
            if mail.accepted_at and mail.state != LOST and not self._is_overtaken(mail):
                is_slow = age_of(mail, now).total_seconds() > slow_above
                if self._readings and not is_slow:
                    return
                if not any(reading.detail.get("token") == mail.token for reading in self._readings):
                    self._readings.append(awaited_reading(self._probe, mail, now))
                return

    def send(self) -> str | None:
        """Send one new mail; gives its token while it is awaited."""
        sent_at = self._clock.now()
        mail = Expected(new_token(), sent_at, None, "expected")
        self._journal.expect(mail.token, sent_at=sent_at)
        try:
            accepted_at = self._post_patiently(mail)
        except UncertainError:
            self._pending[mail.token] = mail
            return mail.token
        except ProbeFaultError as fault:
            reading = unsent_reading(self._probe, mail, self._clock.now(), fault)
            self._readings.append(reading)
            self._settled.append(mail.token)
            return None
        self._journal.accept(mail.token, accepted_at=accepted_at)
        self._pending[mail.token] = Expected(mail.token, sent_at, accepted_at, "accepted")
        return mail.token

    def wait_for(self, token: str) -> None:
        """Look for the new mail for a short while, often at first, so that a quick relay shows."""
        until = min(self._until, self._clock.monotonic() + self._pace.poll_s)
        # A mailbox that fails now has been read once: what is awaited stays for the next run.
        with suppress(ProberUnfitError):
            for pause_s in self._pauses():
                if token not in self._pending or self._clock.monotonic() + pause_s > until:
                    return
                self._clock.sleep(pause_s)
                self.collect(pause_s)

    def purge(self) -> None:
        """Take our own old mail out of the mailbox, once its reading is safely stored."""
        before = self._clock.now() - timedelta(seconds=self._pace.purge_after_s)
        old = [(letter, tokens) for letter, tokens in self._seen if letter.arrived.at < before]
        candidates = frozenset[str]().union(*(tokens for _, tokens in old))
        settled = self._journal.settled(candidates) if candidates else frozenset[str]()
        own = [letter for letter, _ in old if is_owned(letter.content, self._probe, settled)]
        if own:
            with suppress(ProberUnfitError):
                self._mailbox.remove(own)

    def finish(self) -> tuple[Reading, ...]:
        """The run's readings; the journal is told what they settle."""
        for token in self._given_up:
            self._journal.lose(token)
        for token in self._settled:
            self._journal.settle(token)
        if self._newest is not None:
            self._journal.set_state(NEWEST_SETTLED, self._newest.isoformat())
        return tuple(self._readings)

    def _pauses(self) -> Iterator[float]:
        for _ in range(EAGER_LOOKS):
            yield EAGER_S
        while True:
            yield PATIENT_S

    def _post_patiently(self, mail: Expected) -> datetime:
        """As `post`, once more if the relay puts the mail off and there is time."""
        try:
            return self._post(mail.token, mail.sent_at, self._left())
        except ProbeFaultError as fault:
            pause_s = self._pace.retry_after_s
            if fault.reason != "deferred" or not 0 < pause_s < self._left() - SHORTEST_POST_S:
                raise
        self._clock.sleep(pause_s)
        return self._post(mail.token, mail.sent_at, self._left())

    def _give_up(self, mail: Expected, now: datetime) -> None:
        if mail.accepted_at is not None:
            self._readings.append(lost_reading(self._probe, mail, now))
            self._given_up.append(mail.token)
            self._pending[mail.token] = Expected(mail.token, mail.sent_at, mail.accepted_at, LOST)
            return
        self._readings.append(
            interrupted_reading(self._probe, mail, now, is_overtaken=self._is_overtaken(mail))
        )
        self._settle(mail)

    def _settle(self, mail: Expected) -> None:
        self._settled.append(mail.token)
        del self._pending[mail.token]

    def _oldest_first(self) -> list[Expected]:
        return sorted(self._pending.values(), key=lambda mail: mail.sent_at)

    def _is_lost(self, mail: Expected, now: datetime) -> bool:
        lost_after = self._levels.lost_after
        return lost_after is not None and age_of(mail, now).total_seconds() > lost_after

    def _is_overtaken(self, mail: Expected) -> bool:
        return self._newest is not None and mail.sent_at < self._newest

    def _left(self) -> float:
        return max(SHORTEST_POST_S, self._until - self._clock.monotonic())
