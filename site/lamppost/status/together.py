"""Store the runs of many threads together: whoever comes first stores for all that wait.

Nobody waits for company. While one transaction commits, the runs that end meanwhile gather, and
the next in turn stores them all in one. A run that cannot be stored spoils nobody else's.
"""

from collections import deque
from concurrent.futures import Future
from threading import Lock

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import unit_of_work
from lamppost.status.storing import Run, Stored, store_results

Waiting = tuple[Run, "Future[Stored]"]


class Together:
    """The way into the database for all probes of one process."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._storing = Lock()
        self._waiting: deque[Waiting] = deque()

    def store(self, run: Run) -> Stored:
        """Store a run, with whatever else waits; returns once it is durable.

        Raises:
            Exception: what storing this very run raised.
        """
        promised: Future[Stored] = Future()
        self._waiting.append((run, promised))
        with self._storing:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not self._settle(taken) and len(taken) > 1:
                for one in taken:
                    self._settle([one])
        return promised.result()

    def _settle(self, taken: list[Waiting]) -> bool:
        """Store them in one transaction; a lone one that fails is told why."""
        try:
            with unit_of_work(self._engine) as session:
                runs = [run for run, _ in taken]
                stored = store_results(session, runs=runs, now=self._clock.now()) if runs else []
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised in its own thread
            if len(taken) == 1:
                taken[0][1].set_exception(error)
            return False
        for (_run, promised), result in zip(taken, stored, strict=True):
            promised.set_result(result)
        return True
