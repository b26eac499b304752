"""An estate in which organisations close, and short words for what tests do about it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant, system
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind
from postmaster.closures.actions import decide_outcome, make_choice, take_back
from postmaster.closures.reads import PlanPage, get_plan
from postmaster.closures.rules import Outcome, PlanState
from postmaster.closures.tables import ClosureItem
from postmaster.closures.undoing import undo_chunk
from postmaster.lifecycle.moving import run_plan_chunk
from postmaster.organisations.actions import close_organisation

NOW = datetime(2018, 4, 9, 8, tzinfo=UTC)
MADE = datetime(2017, 4, 1, 9, tzinfo=UTC)
CLOSED_ON = date(2018, 4, 1)
WORKER = system("closures")
TENANT = Actor(ActorKind.PERSON, "tenant", (Grant(Role.TENANT_ADMINISTRATOR),))


def local(scope: str, role: Role = Role.LOCAL_ADMINISTRATOR) -> Actor:
    """Somebody who looks after an organisation or a container."""
    return Actor(ActorKind.PERSON, f"la-{scope.lower()}", (Grant(role, scope),))


@dataclass
class Closing:
    """An estate, and the outcomes decided in it."""

    estate: Estate

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.estate.engine

    def add(self, address: str, organisation: str, kind: Kind = Kind.PERSON) -> int:
        """An account made a year before."""
        return self.estate.add(address, at=MADE, kind=kind, organisation=organisation)

    def close(self, code: str, *successors: str, elsewhere: tuple[str, ...] = ()) -> None:
        """Close an organisation as of 1 April, written down on 9 April."""
        with unit_of_work(self.engine) as session:
            close_organisation(
                session, ods_code=code, successors=successors, elsewhere=elsewhere,
                closed_on=CLOSED_ON, by=BY, now=NOW,
            )  # fmt: skip

    def decide(
        self,
        code: str,
        outcome: Outcome,
        *,
        target: str = "",
        owner: str = "",
        kinds: tuple[Kind, ...] = (),
        account_ids: tuple[int, ...] = (),
        by: Actor = BY,
    ) -> int:
        """Decide an outcome; gives the plan's number. Nothing is done yet."""
        with unit_of_work(self.engine) as session:
            choice = make_choice(
                session, organisation=code, outcome=outcome, target=target, owner=owner,
                kinds=kinds, account_ids=account_ids, by=by,
            )  # fmt: skip
            return decide_outcome(session, choice=choice, by=by, now=NOW)

    def run(self, plan_id: int, size: int = 2000, at: datetime = NOW) -> PlanPage:
        """Do it to the end, chunk by chunk."""
        is_over = False
        while not is_over:
            with unit_of_work(self.engine) as session:
                result = run_plan_chunk(session, plan_id=plan_id, size=size, by=WORKER, now=at)
                is_over = result.is_over
        return self.plan(plan_id)

    def settle(self, code: str, outcome: Outcome, **given: object) -> PlanPage:
        """Decide and do."""
        return self.run(self.decide(code, outcome, **given))  # type: ignore[arg-type]  # the caller's

    def undo(self, plan_id: int, at: datetime = NOW + timedelta(days=1)) -> PlanPage:
        """Take an outcome back."""
        with unit_of_work(self.engine) as session:
            take_back(session, plan_id=plan_id, by=BY, now=at)
        is_over = False
        while not is_over:
            with unit_of_work(self.engine) as session:
                is_over = undo_chunk(session, plan_id=plan_id, by=WORKER, now=at).is_over
        page = self.plan(plan_id)
        assert page.row.state == PlanState.UNDONE
        return page

    def plan(self, plan_id: int) -> PlanPage:
        """A plan as it stands."""
        with read_only(self.engine) as session:
            page = get_plan(session, reader=BY, plan_id=plan_id)
            assert page is not None
            session.expunge_all()
        return page

    def why(self, plan_id: int, account_id: int) -> str | None:
        """Why an account was left out of a plan."""
        with read_only(self.engine) as session:
            return session.scalars(
                select(ClosureItem.why).where(
                    ClosureItem.plan_id == plan_id, ClosureItem.account_id == account_id
                )
            ).one()

    def home(self, account_id: int) -> str:
        """The organisation an account is of."""
        return self.estate.get(account_id).organisation


def make_closing(engine: Engine) -> Closing:
    """The sample's organisations and the policy, no accounts."""
    return Closing(make_estate(engine, now=NOW))
