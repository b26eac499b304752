"""What an organisation has beside its accounts. A room that comes adds its line to `BELONGINGS`.

Each needs an outcome of its own when the organisation closes, or goes along with its account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.tables import RoleGrant
from postmaster.accounts.tables import Account
from postmaster.closures.lists import tally_features, tally_lists
from postmaster.entitlements.tables import ProtocolGrant

# Given a selection of ODS codes and a moment: each of them with how many it has.
Tally: TypeAlias = Callable[[Select[str], datetime], Select[str | None, int]]


@dataclass(frozen=True, slots=True)
class Belonging:
    """A kind of thing an organisation has: its words, and how many each organisation has."""

    one: str
    many: str
    goes_along: bool
    tally: Tally


def tally_roles(codes: Select[str], _now: datetime | None = None) -> Select[str | None, int]:
    """Roles held for organisations."""
    return (
        select(RoleGrant.scope, func.count().label("roles"))
        .where(RoleGrant.ended_at.is_(None), RoleGrant.scope.in_(codes))
        .group_by(RoleGrant.scope)
    )


def tally_protocols(codes: Select[str], now: datetime) -> Select[str | None, int]:
    """Leave to use a mail protocol over the internet: it is the account's and moves with it."""
    return (
        select(Account.organisation, func.count())
        .join(ProtocolGrant, ProtocolGrant.account_id == Account.account_id)
        .where(
            Account.organisation.in_(codes),
            or_(ProtocolGrant.to_at.is_(None), ProtocolGrant.to_at > now),
        )
        .group_by(Account.organisation)
    )


BELONGINGS: tuple[Belonging, ...] = (
    Belonging("role held for it", "roles held for it", goes_along=False, tally=tally_roles),
    Belonging("list", "lists", goes_along=False, tally=tally_lists),
    Belonging("feature", "features", goes_along=False, tally=tally_features),
    Belonging("protocol grant", "protocol grants", goes_along=True, tally=tally_protocols),
)


def list_belongings(
    session: Session, *, codes: Select[str], now: datetime
) -> Sequence[tuple[Belonging, int]]:
    """What organisations have beside their accounts, without what there is none of."""
    found = []
    for belonging in BELONGINGS:
        count = sum(count for _, count in session.execute(belonging.tally(codes, now)))
        if count:
            found.append((belonging, count))
    return found
