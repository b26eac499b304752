"""Mail that travels as a script says, at the seams of the delay probe, and kills at any step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from lamppost.clock import FixedClock
from memory_journal import MemoryJournal
from probes.faults import TargetFailedError
from probes.mail_message import compose, tokens_in
from probes.mail_stamps import Stamp
from probes.mailbox import INBOX, Letter
from probes.reading import Levels, Reading
from probes.relay_delay import take_turn
from probes.relay_readings import Trust
from probes.relay_run import Pace, RelayRun
from probes.submission import UncertainError

PROBE = "simulated"
LEVELS = Levels(slow_above=60, slow_below=30, lost_after=600)


class KilledError(BaseException):
    """The process is gone at this very point."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens in one run: to its mail, and to the process."""

    wait_s: float = 60  # since the run before
    delays: tuple[float, ...] = (1.0,)  # one for each copy; none: the mail vanishes
    answer: str = "accepted"  # or refused, silent (sent whole, no answer)
    kill_at: int = 0  # the step the process is killed at; 0 spares it


class Simulation:
    """A mailbox and a relay in memory. `offered` are the keys of all stored runs, in order."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.journal = FusedJournal(self)
        self.due: dict[int, tuple[datetime, bytes]] = {}
        self.handed_in: dict[str, tuple[datetime, Fate]] = {}
        self.offered: list[str] = []
        self._shown: set[int] = set()
        self._numbers = count(1)
        self._fate = Fate()
        self._steps = 0

    def step(self) -> None:
        """A point at which the process may be killed."""
        self._steps += 1
        if self._steps == self._fate.kill_at:
            raise KilledError

    def run(self, fate: Fate) -> None:
        """One run that ends as its fate says."""
        self.clock.sleep(fate.wait_s)
        self._fate, self._steps, self._shown = fate, 0, set()
        try:
            readings = self._take_readings()
            self.step()  # after the run, before the transaction
        except KilledError:
            self.journal.crash()
            return
        self.offered += [reading.key for reading in readings]
        self.journal.store(readings)

    def _take_readings(self) -> tuple[Reading, ...]:
        run = RelayRun(
            PROBE,
            journal=self.journal,
            mailbox=self,
            post=self._post,
            clock=self.clock,
            seconds=10,
            levels=LEVELS,
            trust=Trust((), 0),
            pace=Pace(),
        )
        run.collect()
        return take_turn(run)

    def look(self) -> Sequence[Letter]:
        self.step()
        now = self.clock.now()
        fresh = [n for n, (at, _) in self.due.items() if at <= now and n not in self._shown]
        self._shown.update(fresh)
        return [Letter(INBOX, str(n), Stamp(*self._filed(n)), self.due[n][1]) for n in fresh]

    def remove(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.step()
            assert self.journal.settled(tokens_in(letter.content)) == tokens_in(letter.content)
            del self.due[int(letter.name)]

    def allow(self, seconds: float) -> None:
        pass

    def _filed(self, number: int) -> tuple[datetime, float]:
        return self.due[number][0], 0.001

    def _post(self, token: str, sent_at: datetime, seconds: float) -> datetime:
        self.step()
        if self._fate.answer == "refused":
            raise TargetFailedError("rejected", "No.", code=554)
        mail = compose(
            token=token, owner=PROBE, mail_from="a@b.test", rcpt_to="c@d.test", sent_at=sent_at
        )
        now = self.clock.now()
        self.handed_in[token] = (now, self._fate)
        for delay_s in self._fate.delays:
            self.due[next(self._numbers)] = (now + timedelta(seconds=delay_s), mail)
        self.step()
        if self._fate.answer == "silent":
            raise UncertainError
        return self.clock.now()


class FusedJournal(MemoryJournal):
    """A journal at each of whose writes the process may be killed, before it and after it."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__()
        self._simulation = simulation

    def expect(self, token: str, *, sent_at: datetime) -> None:
        self._simulation.step()
        super().expect(token, sent_at=sent_at)
        self._simulation.step()

    def accept(self, token: str, *, accepted_at: datetime) -> None:
        self._simulation.step()
        super().accept(token, accepted_at=accepted_at)
        self._simulation.step()

    def settle(self, token: str) -> None:
        self._simulation.step()
        super().settle(token)

    def lose(self, token: str) -> None:
        self._simulation.step()
        super().lose(token)
