"""The people and the steps of a batch, as the service ran one in April 2018."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select, update

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant, system
from postmaster.access.roles import Role
from postmaster.accounts.actions import mark_leaver
from postmaster.accounts.tables import Account
from postmaster.lifecycle.actions import approve_batch, draft_batch, freeze_batch, raise_limit
from postmaster.lifecycle.batches import ItemState
from postmaster.lifecycle.membership import count_states
from postmaster.lifecycle.noticing import begin_notices, owe_notices, settle_notices
from postmaster.lifecycle.rules import Reason
from postmaster.lifecycle.running import begin_run, run_chunk
from postmaster.lifecycle.tables import BatchItem, LifecycleBatch
from postmaster.outbox.carrying import accept, claim_due, fail

BUILT = datetime(2018, 4, 2, tzinfo=UTC)
MADE = datetime(2016, 11, 1, 9, tzinfo=UTC)
LEFT = datetime(2017, 8, 1, 9, tzinfo=UTC)
NOTICED = datetime(2018, 4, 9, 8, tzinfo=UTC)
EVE = datetime(2018, 4, 22, 21, tzinfo=UTC)
RUN = datetime(2018, 4, 23, 8, tzinfo=UTC)
CUT_OFF = date(2017, 9, 6)
KEEP_AT = "https://lamppost.example/keep/"
_TENANT = (Grant(Role.TENANT_ADMINISTRATOR),)
MAKER = Actor(ActorKind.PERSON, "maker", _TENANT)
SECOND = Actor(ActorKind.PERSON, "second", _TENANT)
WORKER = system("lifecycle")


@dataclass
class April:
    """An estate with leavers, and one batch over them."""

    estate: Estate
    batch_id: int = 0

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.estate.engine

    def leaver(self, address: str, *, at: datetime = LEFT, organisation: str = "RX2") -> int:
        """An account whose owner left."""
        account_id = self.estate.add(address, at=MADE, organisation=organisation)
        with unit_of_work(self.engine) as session:
            mark_leaver(session, account_id=account_id, by=BY, now=at)
            # The letter to the leaver is old: only the notices matter here.
            for message in claim_due(session, most=10, now=at + timedelta(seconds=1)):
                accept(session, message=message, now=at)
        return account_id

    def freeze(self, reason: Reason = Reason.LEAVER_DUE, **narrowed: object) -> int:
        """Draft and freeze; gives how many members there are."""
        with unit_of_work(self.engine) as session:
            self.batch_id = draft_batch(
                session,
                reason=reason,
                title="Leavers before 6 September 2017",
                run_on=RUN.date(),
                by=MAKER,
                now=NOTICED,
                **({"cut_off": CUT_OFF} | narrowed),  # type: ignore[arg-type]  # the caller's
            )
            return freeze_batch(session, batch_id=self.batch_id, by=MAKER, now=NOTICED)

    def approve(self) -> None:
        """Approve as a second person, who raises the number that so small an estate passes."""
        batch = self.batch()
        with unit_of_work(self.engine) as session:
            if batch.tripped:
                raise_limit(
                    session,
                    batch_id=self.batch_id,
                    permille=1000,
                    why="An estate of a few accounts",
                    by=SECOND,
                    now=NOTICED,
                )
            approve_batch(
                session,
                batch_id=self.batch_id,
                frozen_hash=batch.frozen_hash or "",
                by=SECOND,
                now=NOTICED,
            )

    def notify(self) -> None:
        """Owe every notice."""
        with unit_of_work(self.engine) as session:
            begin_notices(session, batch_id=self.batch_id, by=MAKER, now=NOTICED)
            while owe_notices(
                session, batch_id=self.batch_id, keep_at=KEEP_AT, by=WORKER, now=NOTICED
            ):
                pass

    def carry(self, *, refused: str = "", at: datetime = NOTICED) -> list[str]:
        """The mail goes: taken by a server, but for the addresses refused; gives the bodies."""
        bodies = []
        with unit_of_work(self.engine) as session:
            for message in claim_due(session, most=10_000, now=at + timedelta(seconds=1)):
                bodies.append(f"{message.subject}\n{message.body}")
                if refused and refused in message.recipient:
                    fail(session, message=message, reason="550 no such user")
                else:
                    accept(session, message=message, now=at)
        with unit_of_work(self.engine) as session:
            settle_notices(session, batch_id=self.batch_id, now=at)
        return bodies

    def begin(self, at: datetime = RUN) -> None:
        """Begin the run."""
        with unit_of_work(self.engine) as session:
            begin_run(session, batch_id=self.batch_id, by=MAKER, now=at)

    def run(self, at: datetime = RUN, size: int = 5000) -> None:
        """Run to the end, chunk by chunk."""
        self.begin(at)
        while not self.chunk(at, size):
            pass

    def chunk(self, at: datetime = RUN, size: int = 5000) -> bool:
        """One chunk; gives whether the run is over."""
        with unit_of_work(self.engine) as session:
            return run_chunk(session, batch_id=self.batch_id, size=size, by=WORKER, now=at).is_over

    def batch(self) -> LifecycleBatch:
        """The batch as it stands."""
        with read_only(self.engine) as session:
            row = session.get_one(LifecycleBatch, self.batch_id)
            session.expunge(row)
        return row

    def states(self) -> dict[str, int]:
        """Members by state, without those there are none of."""
        with read_only(self.engine) as session:
            return {
                state.value: count
                for state, count in count_states(session, self.batch_id).items()
                if count
            }

    def item(self, account_id: int) -> tuple[ItemState, str | None]:
        """Where one member stands, and why it left."""
        with read_only(self.engine) as session:
            row = session.execute(
                select(BatchItem.state, BatchItem.why).where(
                    BatchItem.batch_id == self.batch_id, BatchItem.account_id == account_id
                )
            ).one()
        return ItemState(row.state), row.why

    def put(self, account_id: int, **values: object) -> None:
        """Write columns of an account as an import would."""
        with unit_of_work(self.engine) as session:
            session.execute(
                update(Account).where(Account.account_id == account_id).values(**values)
            )


def make_april(engine: Engine) -> April:
    """The sample's organisations and presets, no accounts yet."""
    return April(make_estate(engine, now=BUILT))
