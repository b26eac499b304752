"""An estate with lists, and short words for what tests do with them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from estate import BY, Estate, make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.rules import Kind
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature
from postmaster.groups.actions import change_list, make_list
from postmaster.groups.conditions import Condition
from postmaster.groups.deciding import decide_change
from postmaster.groups.reads import get_list
from postmaster.groups.records import ListPage, Resolved
from postmaster.groups.resolving import resolve
from postmaster.groups.rules import ChangeState, ListKind
from postmaster.groups.wanted import Wanted, fold_addresses

NOW = datetime(2018, 9, 3, 9, tzinfo=UTC)
LIVE_FROM = datetime(2018, 4, 27, 18, tzinfo=UTC)
MADE = datetime(2018, 4, 2, 9, tzinfo=UTC)


def person(role: Role, scope: str | None = None, name: str = "") -> Actor:
    """Somebody with one role."""
    key = name or f"{role.value} {scope or 'all'}"
    return Actor(ActorKind.PERSON, key, (Grant(role, scope),), scope)


TENANT = person(Role.TENANT_ADMINISTRATOR)
OTHER_TENANT = person(Role.TENANT_ADMINISTRATOR, name="another")


def local(scope: str) -> Actor:
    """The local administrator of an organisation."""
    return person(Role.LOCAL_ADMINISTRATOR, scope)


@dataclass
class Lists:
    """The estate, its accounts by address, and lists by name."""

    estate: Estate
    accounts: dict[str, int] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.estate.engine

    def add(self, address: str, organisation: str = "RX1", kind: Kind = Kind.PERSON) -> int:
        """An account of an organisation."""
        number = self.estate.add(address, at=MADE, organisation=organisation, kind=kind)
        self.accounts[address] = number
        return number

    def make(
        self,
        name: str = "all",
        *,
        organisation: str = "RX1",
        owner: str = "owner@nhs.net",
        members: str = "",
        condition: Condition | None = None,
        senders: str | None = None,
        by: Actor = BY,
        now: datetime = NOW,
        **given: Any,
    ) -> int:
        """Ask for a list: dynamic when a condition is given."""
        wanted = Wanted(
            condition=condition,
            senders=None if senders is None else fold_addresses(senders),
            add=fold_addresses(members),
            **given,
        )
        with unit_of_work(self.engine) as session:
            return make_list(
                session,
                kind=ListKind.DYNAMIC if condition else ListKind.STATIC,
                organisation=organisation,
                name=name,
                owners=fold_addresses(owner),
                wanted=wanted,
                by=by,
                now=now,
            )

    def change(self, list_id: int, *, by: Actor = BY, now: datetime = NOW, **wanted: Any) -> int:
        """Ask for a change."""
        with unit_of_work(self.engine) as session:
            return change_list(session, list_id=list_id, wanted=Wanted(**wanted), by=by, now=now)

    def decide(
        self, list_id: int, *, by: Actor, is_given: bool = True, why: str = "", now: datetime = NOW
    ) -> ChangeState:
        """Answer the change that waits."""
        waiting = self.page(list_id).waiting
        assert waiting is not None
        with unit_of_work(self.engine) as session:
            return decide_change(
                session, change_id=waiting.change_id, is_given=is_given, why=why, by=by, now=now
            )

    def page(self, list_id: int, *, now: datetime = NOW) -> ListPage:
        """A list whole."""
        with read_only(self.engine) as session:
            found = get_list(session, reader=BY, list_id=list_id, now=now)
            assert found is not None
            session.expunge_all()
        return found

    def send(self, address: str, sender: str = "owner@nhs.net", now: datetime = NOW) -> Resolved:
        """Whom mail to a list goes to."""
        with read_only(self.engine) as session:
            return resolve(session, address=address, sender=sender, now=now)

    def waits_for(self, list_id: int) -> list[tuple[str, str | None]]:
        """Whose approval is still open."""
        waiting = self.page(list_id).waiting
        approvals = waiting.approvals if waiting else ()
        return [(one.seat.value, one.organisation) for one in approvals if one.decided_at is None]


def make_lists(engine: Engine, *, is_live: bool = True) -> Lists:
    """The estate with an owner of RX1, and the release of protocols by list live."""
    lists = Lists(make_estate(engine, now=MADE))
    lists.add("owner@nhs.net")
    if is_live:
        with unit_of_work(engine) as session:
            set_features(
                session, source="2018-04", features={Feature.SDL_PROTOCOL_GRANT},
                live_from=LIVE_FROM, by="test", now=LIVE_FROM,
            )  # fmt: skip
    return lists
