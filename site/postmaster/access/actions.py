"""Give and end roles; keep the scopes whole."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from postmaster.access.acting import ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.access.roles import SCOPE_OF_ROLE, Role, ScopeKind
from postmaster.access.tables import RoleGrant, ScopeLink
from postmaster.audit.actions import record


class ScopeError(ValueError):
    """A role needs an organisation or must not have one."""


def action_for(role: Role) -> Action:
    """The row of the matrix that says who may give and end a role."""
    local = SCOPE_OF_ROLE[role] is ScopeKind.ORGANISATION
    return Action.ROLES_LOCAL if local else Action.ROLES_NATIONAL


def grant_role(
    session: Session,
    *,
    person_id: str,
    address_key: str,
    role: Role,
    scope: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """Give a person a role for an organisation, a container or the whole service.

    Raises:
        ScopeError: the role needs a scope it was not given, or the reverse.
        RefusedError: the giver may not.
    """
    if (SCOPE_OF_ROLE[role] is ScopeKind.SERVICE) != (scope is None):
        raise ScopeError(f"{role} is held for {SCOPE_OF_ROLE[role]}; the scope given was {scope}.")
    target = Target("role", role, scope, get_above(session, organisation=scope), person_id)
    ensure(by, action_for(role), target)
    if _find_held(session, person_id, role, scope) is not None:
        return
    session.add(
        RoleGrant(
            grant_id=uuid4(),
            person_id=person_id,
            address_key=address_key,
            role=role,
            scope=scope,
            granted_at=now,
            granted_by=by.reference,
        )
    )
    _record(session, "roles.grant", person_id, (None, role), (None, scope), by=by, now=now)


def end_roles(
    session: Session,
    *,
    by: Actor,
    now: datetime,
    person_id: str | None = None,
    address_key: str | None = None,
    role: Role | None = None,
    scope: str | None = None,
) -> int:
    """End the roles of a person or of an address: all of them, or the one named.

    Gives how many were ended. Somebody who leaves or is disabled loses theirs in that transaction.

    Raises:
        RefusedError: the actor may not end one of them; then none is ended.
    """
    rows = _select_held(person_id=person_id, address_key=address_key)
    if role is not None:
        rows = rows.where(RoleGrant.role == role)
        rows = rows.where(RoleGrant.scope == scope if scope else RoleGrant.scope.is_(None))
    ending = session.scalars(rows).all()
    for row in ending:
        above = get_above(session, organisation=row.scope)
        ensure(
            by,
            action_for(Role(row.role)),
            Target("role", row.role, row.scope, above, row.person_id),
        )
    for row in ending:
        session.execute(
            update(RoleGrant)
            .where(RoleGrant.grant_id == row.grant_id)
            .values(ended_at=now, ended_by=by.reference)
        )
        gone = (row.role, None), (row.scope, None)
        _record(session, "roles.end", row.person_id, *gone, by=by, now=now)
    return len(ending)


def place_organisation(session: Session, *, ods_code: str, above: Iterable[str]) -> None:
    """State everything that stands over an organisation: parents, their parents, containers.

    Called by the organisations room alone, for the organisation moved and each one under it.
    """
    session.execute(delete(ScopeLink).where(ScopeLink.below == ods_code))
    links = [{"above": code, "below": ods_code} for code in sorted({*above, ods_code})]
    session.execute(insert(ScopeLink), links)


def _select_held(*, person_id: str | None, address_key: str | None) -> Select[RoleGrant]:
    held = select(RoleGrant).where(RoleGrant.ended_at.is_(None))
    if person_id is not None:
        return held.where(RoleGrant.person_id == person_id)
    if address_key is not None:
        return held.where(RoleGrant.address_key == address_key)
    raise ScopeError("end_roles needs person_id or address_key.")


def _find_held(session: Session, person_id: str, role: Role, scope: str | None) -> UUID | None:
    return session.scalar(
        select(RoleGrant.grant_id).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope == scope if scope else RoleGrant.scope.is_(None),
            RoleGrant.ended_at.is_(None),
        )
    )


def _record(
    session: Session,
    action: str,
    person_id: str,
    role: tuple[str | None, str | None],
    scope: tuple[str | None, str | None],
    *,
    by: Actor,
    now: datetime,
) -> None:
    record(
        session,
        action=action,
        kind="person",
        key=person_id,
        organisation=scope[0] or scope[1],
        changes={"role": role, "scope": scope},
        by=by.reference,
        now=now,
    )
