"""The worker's copy in the data folder, made anew after every change, at most every half minute."""

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lamppost.clock import Clock
from lamppost.database import read_only
from lamppost.generation.reads import get_generations
from lamppost.settings import Settings
from lamppost.snapshot.making import SnapshotMaker
from lamppost.worker.schedule import Job

SNAPSHOT_S = 30


def snapshot_folder(settings: Settings) -> Path:
    """Where the worker keeps it: for a file server to fall back on, or to be copied elsewhere."""
    return settings.data / "snapshot"


def list_snapshot_jobs(engine: Engine, settings: Settings, clock: Clock) -> list[Job]:
    """Look every half minute whether the copy still says what the site does."""
    keeper = SnapshotKeeper(engine, settings, clock)
    return [Job("snapshot", SNAPSHOT_S, keeper.keep)]


class SnapshotKeeper:
    """Knows what the last copy was made of."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._maker = SnapshotMaker(settings, clock)
        self._folder = snapshot_folder(settings)
        self._made_of: dict[str, int] | None = None
        self._true_until: datetime | None = None

    def keep(self) -> None:
        """Make it anew when an area of the site has changed, or its time is over."""
        with read_only(self._engine) as session:
            generations = get_generations(session)
        is_true = self._true_until is not None and self._clock.now() < self._true_until
        if generations == self._made_of and is_true and self._folder.is_dir():
            return
        self._sweep()
        # Read before the pages are: a change in between is seen the next time.
        made = self._maker.make(self._folder)
        self._made_of, self._true_until = generations, made.true_until

    def _sweep(self) -> None:
        """Take away what a worker that was killed left half written."""
        for left in self._folder.parent.glob(f".{self._folder.name}.*"):
            shutil.rmtree(left, ignore_errors=True)
