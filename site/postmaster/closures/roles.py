"""Roles held for an organisation that closes: each ends or moves, because somebody says so."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actions import end_roles, grant_role
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.access.roles import Role
from postmaster.access.tables import RoleGrant
from postmaster.closures.actions import check_closing
from postmaster.closures.rules import ClosureError
from postmaster.organisations.reads import list_heirs
from postmaster.organisations.rules import fold_code


@acts(Action.ROLES_LOCAL)
def settle_roles(
    session: Session,
    *,
    organisation: str,
    grant_ids: Collection[UUID] = (),
    target: str | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """End roles held for an organisation, or hold them for who took over; gives how many.

    All of them when none is picked. Who may give a role there is asked for each.

    Raises:
        ClosureError: the organisation is open, there is none, or the target did not take over.
        postmaster.access.acting.RefusedError: the actor may not end or give one of them.
    """
    check_closing(session, organisation)
    wanted = fold_code(target or "") or None
    heirs = [one.ods_code for one in list_heirs(session, ods_code=organisation)]
    if wanted is not None and wanted not in heirs:
        way = f"Use {' or '.join(heirs)}." if heirs else "Nobody did: end them instead."
        raise ClosureError(f"{wanted} did not take over. {way}", field="target")
    held = select(RoleGrant).where(RoleGrant.scope == organisation, RoleGrant.ended_at.is_(None))
    if grant_ids:
        held = held.where(RoleGrant.grant_id.in_(grant_ids))
    rows = session.scalars(held.order_by(RoleGrant.grant_id)).all()
    if not rows:
        raise ClosureError("No role is held for it any more.")
    for row in rows:
        role = Role(row.role)
        end_roles(session, person_id=row.person_id, role=role, scope=organisation, by=by, now=now)
        if wanted is not None:
            grant_role(
                session, person_id=row.person_id, address_key=row.address_key, role=role,
                scope=wanted, by=by, now=now,
            )  # fmt: skip
    return len(rows)
