"""An estate with leavers, turned up step by step, and the nights and days that follow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from april import MAKER, NOTICED, SECOND, April
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.settings import Settings, load_settings
from lamppost.worker.automation import sweep_all
from lamppost.worker.lifecycle import carry_on
from postmaster.lifecycle.modes import LADDER, Mode
from postmaster.lifecycle.pilot_reads import PilotPage, get_pilot
from postmaster.lifecycle.promoting import approve_promotion, ask_promotion
from postmaster.lifecycle.tables import (
    BatchItem,
    LifecycleBatch,
    LifecycleNight,
    LifecycleOrganisation,
    PilotRequest,
)
from postmaster.outbox.carrying import accept, claim_due


@dataclass
class Pilots:
    """April's estate under a clock that moves."""

    april: April
    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOTICED))

    @property
    def settings(self) -> Settings:
        return load_settings(
            {"LAMPPOST_DATA": str(self.folder), "LAMPPOST_BASE_URL": "http://lamppost.test"}
        )

    def put_mode(self, code: str, mode: Mode) -> None:
        """Put an organisation in a mode, long ago, without the steps."""
        since = self.clock.now() - timedelta(days=100)
        with unit_of_work(self.april.engine) as session:
            session.merge(
                LifecycleOrganisation(
                    ods_code=code, mode=mode, mode_since=since, is_frozen=False,
                    changed_at=since, changed_by="person:maker", why="A pilot",
                )
            )  # fmt: skip

    def climb(self, code: str, *, with_below: bool = False) -> None:
        """One step up by two people."""
        with unit_of_work(self.april.engine) as session:
            wish = ask_promotion(
                session, ods_code=code, with_below=with_below, why="The pilot goes well",
                by=MAKER, now=self.clock.now(),
            )  # fmt: skip
        with unit_of_work(self.april.engine) as session:
            digest = session.get_one(PilotRequest, wish).digest
            approve_promotion(
                session, request_id=wish, digest=digest, by=SECOND, now=self.clock.now()
            )

    def night(self) -> None:
        """What the worker does of sweeps and batches, and the mail it owes is taken."""
        sweep_all(self.april.engine, self.clock)
        carry_on(self.april.engine, self.settings, self.clock)
        self.carry()

    def carry(self) -> list[tuple[str, str]]:
        """Every letter taken by a server; recipients and texts."""
        letters = []
        with unit_of_work(self.april.engine) as session:
            at = self.clock.now() + timedelta(seconds=1)
            for message in claim_due(session, most=10_000, now=at):
                letters.append((message.recipient, message.body))
                accept(session, message=message, now=self.clock.now())
        return letters

    def pass_days(self, days: int) -> None:
        """Nights, one after the other."""
        for _ in range(days):
            self.clock.sleep(timedelta(days=1).total_seconds())
            self.night()

    def page(self, code: str) -> PilotPage:
        with read_only(self.april.engine) as session:
            found = get_pilot(session, reader=MAKER, ods_code=code, now=self.clock.now())
        assert found is not None
        return found

    def batches(self) -> list[tuple[str | None, str, int]]:
        """Mode, status and members of every batch."""
        with read_only(self.april.engine) as session:
            rows = session.execute(
                select(LifecycleBatch.mode, LifecycleBatch.status, LifecycleBatch.member_count)
                .order_by(LifecycleBatch.batch_id)
            )  # fmt: skip
            return [(row[0], row[1], row[2]) for row in rows]

    def items(self) -> list[tuple[str, str | None]]:
        """State and reason of every member."""
        with read_only(self.april.engine) as session:
            rows = session.execute(
                select(BatchItem.state, BatchItem.why).order_by(
                    BatchItem.batch_id, BatchItem.account_id
                )
            )
            return [(row[0], row[1]) for row in rows]

    def nights(self) -> Iterator[LifecycleNight]:
        with read_only(self.april.engine) as session:
            found = session.scalars(select(LifecycleNight)).all()
            session.expunge_all()
        return iter(found)


def up_to(mode: Mode) -> tuple[Mode, ...]:
    """The steps to a mode, from the first."""
    return LADDER[1 : LADDER.index(mode) + 1]
