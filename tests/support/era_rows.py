"""A proposed era, as an action makes it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.eras.actions import propose_era
from postmaster.eras.rules import NewEra, NewNumber
from postmaster.policy.numbers import Key

PROPOSER = Actor(ActorKind.PERSON, "proposer", (Grant(Role.TENANT_ADMINISTRATOR),))
SIGNER = Actor(ActorKind.PERSON, "signer", (Grant(Role.TENANT_ADMINISTRATOR),))
FIRST = date(2018, 7, 1)


def new_era(*numbers: tuple[Key, int], holds_from: date = FIRST, era: str = "summer") -> NewEra:
    """An era with these numbers, each with a source."""
    given = numbers or ((Key.LEAVER_KEPT_DAYS, 60),)
    rows = [NewNumber(key, value, "The board, 5 April 2018") for key, value in given]
    return NewEra(era, holds_from, "Leavers asked for more time", rows)


def put_era(session: Session, *, now: datetime, new: NewEra | None = None) -> int:
    """Propose an era; gives the edit's id."""
    return propose_era(session, new=new or new_era(), by=PROPOSER, now=now)
