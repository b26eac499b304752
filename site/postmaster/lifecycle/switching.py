"""The kill switch, and organisations frozen or set to a mode of automation."""

from datetime import datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import Changes, record
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.guards import THE_SWITCH
from postmaster.lifecycle.modes import Mode
from postmaster.lifecycle.tables import LifecycleOrganisation, LifecycleSwitch
from postmaster.organisations.tables import Organisation


@acts(Action.LIFECYCLE_RUN)
def stop_everything(session: Session, *, why: str, by: Actor, now: datetime) -> None:
    """Stop every batch after the chunk it is in, until somebody lets them go on.

    Raises:
        BatchError: there is no reason.
    """
    _switch(session, is_stopped=True, why=why, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def go_on(session: Session, *, why: str, by: Actor, now: datetime) -> None:
    """Let batches run again.

    Raises:
        BatchError: there is no reason.
    """
    _switch(session, is_stopped=False, why=why, by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def freeze_organisation(
    session: Session, *, ods_code: str, is_frozen: bool, why: str, by: Actor, now: datetime
) -> None:
    """Take an organisation out of every sweep, or let it back in.

    Raises:
        BatchError: there is no such organisation, or no reason.
    """
    _check_why(why)
    if session.get(Organisation, ods_code) is None:
        raise BatchError(f"There is no organisation {ods_code}.")
    row = session.get(LifecycleOrganisation, ods_code, with_for_update=True)
    before = row is not None and row.is_frozen
    if row is None:
        row = LifecycleOrganisation(ods_code=ods_code, mode=Mode.OFF)
        session.add(row)
    row.is_frozen, row.why, row.changed_at, row.changed_by = is_frozen, why, now, by.reference
    changes: Changes = {"is_frozen": (before, is_frozen)}
    _note(session, "lifecycle.freeze_organisation", ods_code, changes, by=by, now=now)


def _switch(session: Session, *, is_stopped: bool, why: str, by: Actor, now: datetime) -> None:
    _check_why(why)
    row = session.get(LifecycleSwitch, THE_SWITCH, with_for_update=True)
    before = row is not None and row.is_stopped
    if row is None:
        row = LifecycleSwitch(switch_id=THE_SWITCH)
        session.add(row)
    row.is_stopped, row.why, row.changed_at, row.changed_by = is_stopped, why, now, by.reference
    action = "lifecycle.stop" if is_stopped else "lifecycle.go_on"
    _note(session, action, None, {"is_stopped": (before, is_stopped)}, by=by, now=now)


def _check_why(why: str) -> None:
    if not why.strip():
        raise BatchError("Say why, for those who come after you.")


def _note(
    session: Session,
    action: str,
    organisation: str | None,
    changes: Changes,
    *,
    by: Actor,
    now: datetime,
) -> None:
    session.flush()
    record(
        session,
        action=action,
        kind="lifecycle",
        key=organisation or "all",
        organisation=organisation,
        changes=changes,
        by=by.reference,
        now=now,
    )
