"""The organisations a step of automation is about: one, or one and all under it, in one mode."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, literal, select, update
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.tables import ScopeLink
from postmaster.audit.actions import record_from
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.tables import LifecycleOrganisation
from postmaster.organisations.rules import Status
from postmaster.organisations.tables import Organisation

# So many codes are named in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Area:
    """An organisation, with those under it or without, as far as they stand in one mode.

    Closed ones are left out: they have accounts to be moved, not to be swept.
    """

    ods_code: str
    with_below: bool
    mode: Mode


def select_codes(area: Area) -> Select[str]:
    """The ODS codes of an area."""
    rows = (
        select(Organisation.ods_code)
        .outerjoin(LifecycleOrganisation, LifecycleOrganisation.ods_code == Organisation.ods_code)
        .where(
            Organisation.status != Status.CLOSED,
            func.coalesce(LifecycleOrganisation.mode, Mode.OFF.value) == area.mode.value,
        )
    )
    if not area.with_below:
        return rows.where(Organisation.ods_code == area.ods_code)
    below = select(ScopeLink.below).where(ScopeLink.above == area.ods_code)
    return rows.where(Organisation.ods_code.in_(below))


def list_codes(session: Session, area: Area) -> list[str]:
    """The ODS codes of an area, in their order."""
    return sorted(session.scalars(select_codes(area)))


def set_mode(
    session: Session,
    codes: Sequence[str],
    *,
    before: Mode,
    wanted: Mode,
    why: str,
    by: Actor,
    now: datetime,
) -> None:
    """Give organisations that stand in one mode another, audited one by one."""
    values = {
        "mode": wanted, "mode_since": now, "why": why, "changed_at": now,
        "changed_by": by.reference,
    }  # fmt: skip
    for some in _in_parts(codes):
        _write(session, some, values)
        record_from(
            session,
            action="lifecycle.mode",
            kind="lifecycle",
            by=by.reference,
            now=now,
            rows=select(
                LifecycleOrganisation.ods_code,
                LifecycleOrganisation.ods_code,
                literal(f'{{"mode":["{before}","{wanted}"]}}'),
            ).where(LifecycleOrganisation.ods_code.in_(some)),
        )


def _write(session: Session, codes: Sequence[str], values: Mapping[str, object]) -> None:
    """Write the same into the row of each organisation, and a row where it has none."""
    mine = LifecycleOrganisation.ods_code.in_(codes)
    held = set(session.scalars(select(LifecycleOrganisation.ods_code).where(mine)))
    session.execute(
        update(LifecycleOrganisation)
        .where(mine)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    new = [{"ods_code": code, "is_frozen": False, **values} for code in codes if code not in held]
    if new:
        session.execute(insert(LifecycleOrganisation), new)


def _in_parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), AT_ONCE):
        yield codes[start : start + AT_ONCE]
