"""Several become one, a closing taken back, a closing that only ODS knows of. None commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import Changes
from postmaster.days import london_day
from postmaster.organisations.actions import (
    add_organisation,
    change_organisation,
    close_organisation,
    move_organisation,
    place_all,
)
from postmaster.organisations.checks import check_name, check_short_code, refuse
from postmaster.organisations.rows import get_open_row, get_row, note_organisation
from postmaster.organisations.rules import (
    OrganisationError,
    Status,
    find_lag_fault,
    find_reason_fault,
    fold_code,
    fold_codes,
)
from postmaster.organisations.tables import Organisation, Succession, SuccessorElsewhere


@dataclass(frozen=True, slots=True)
class Merger:
    """Several become one. What is None stays as the successor has it.

    `is_same_name_meant`: the name may be one another organisation has. `takes_under`: what is open
    under a predecessor goes under the successor.
    """

    predecessors: Collection[str]
    successor: str
    closed_on: date
    name: str | None = None
    short_code: str | None = None
    is_same_name_meant: bool = False
    takes_under: bool = False


@acts(Action.ORGANISATIONS_WRITE)
def merge_organisations(
    session: Session, *, merger: Merger, by: Actor, now: datetime
) -> tuple[list[str], str]:
    """Close several into one, which may be new; gives the codes closed and the successor's.

    Names and short codes that collide are refused, unless it is said which are meant: a
    predecessor's short code may be taken over, because it closes. Addresses keep theirs.

    Raises:
        OrganisationError: a code, a name or a date cannot be; nothing is written then.
    """
    codes, successor = fold_codes(merger.predecessors), fold_code(merger.successor)
    if not codes:
        raise OrganisationError("Name who merges, by ODS code.", field="predecessors")
    if successor in codes:
        words = f"{successor} cannot merge into itself. Leave it out of who closes."
        raise OrganisationError(words, field="predecessors")
    _check_open(session, codes, by)
    is_new = _find_or_add(session, merger, codes, successor, by=by, now=now)
    for code in codes:
        if merger.takes_under:
            _move_under(session, code, successor, by=by, now=now)
        close_organisation(
            session, ods_code=code, successors=[successor], closed_on=merger.closed_on,
            by=by, now=now,
        )  # fmt: skip
    row = get_open_row(session, successor, by)
    name = merger.name or row.name
    if not merger.is_same_name_meant and (is_new or name != row.name):
        check_name(session, name=name, besides=[successor])
    short = row.short_code if merger.short_code is None else merger.short_code
    change_organisation(session, ods_code=successor, name=name, short_code=short, by=by, now=now)
    return codes, successor


@acts(Action.ORGANISATIONS_WRITE)
def reopen_organisation(
    session: Session,
    *,
    ods_code: str,
    why: str,
    gives_up_short_code: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Take a closing back: the same organisation under its own code, its successors no more so.

    Only for a record that ODS made active again, or a closing written down by mistake. Accounts
    that moved stay where they are. A short code that somebody took since is given up, if said so.

    Raises:
        OrganisationError: it is not closed, there is no reason, or its short code is taken.
    """
    row = get_row(session, ods_code, by)
    if row.status != Status.CLOSED:
        raise OrganisationError(f"{row.ods_code} is {row.status}: there is nothing to take back.")
    refuse(find_reason_fault(why), "why")
    short = None if gives_up_short_code else row.short_code
    check_short_code(session, code=row.ods_code, short_code=short)
    changes: Changes = {
        "status": (row.status, Status.OPEN),
        "closed_on": (row.closed_on.isoformat() if row.closed_on else None, None),
        "short_code": (row.short_code, short),
        "successors": (_say_successors(session, row.ods_code), None),
        "parent": (row.parent, _keep_open(session, row.parent)),
        "container": (row.container, _keep_open(session, row.container)),
        "why": (None, why.strip()),
    }
    row.status, row.closed_on, row.closing_on, row.short_code = Status.OPEN, None, None, short
    row.parent = _keep_open(session, row.parent)
    row.container = _keep_open(session, row.container)
    for table in (Succession, SuccessorElsewhere):
        session.execute(delete(table).where(table.predecessor == row.ods_code))
    session.flush()
    place_all(session, row.ods_code)
    note_organisation(session, "organisations.reopen", row.ods_code, changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def note_ods_closing(
    session: Session, *, ods_code: str, ods_closed_on: date | None, by: Actor, now: datetime
) -> None:
    """Note that ODS closed an organisation which is still open here, or that it did not.

    From then on it takes no accounts and its accounts are a worklist; closing it here comes after.

    Raises:
        OrganisationError: there is none, it is closed here too, or the day cannot be.
    """
    row = get_open_row(session, ods_code, by)
    fault = find_lag_fault(Status(row.status), row.opened_on, ods_closed_on, london_day(now))
    refuse(fault, "ods_closed_on")
    before = row.ods_closed_on.isoformat() if row.ods_closed_on else None
    row.ods_closed_on = ods_closed_on
    session.flush()
    changes: Changes = {
        "ods_closed_on": (before, ods_closed_on.isoformat() if ods_closed_on else None)
    }
    note_organisation(session, "organisations.ods", row.ods_code, changes, by=by, now=now)


def _check_open(session: Session, codes: Collection[str], by: Actor) -> None:
    for code in codes:
        if get_row(session, code, by).status == Status.CLOSED:
            words = f"{code} is closed already. Leave it out, or reopen it first."
            raise OrganisationError(words, field="predecessors")


def _find_or_add(
    session: Session,
    merger: Merger,
    codes: Collection[str],
    successor: str,
    *,
    by: Actor,
    now: datetime,
) -> bool:
    """The successor, added when it is new; gives whether it is."""
    row = session.get(Organisation, successor)
    if row is None and merger.name:
        first = session.get_one(Organisation, min(codes))
        add_organisation(
            session,
            ods_code=successor,
            name=merger.name,
            parent=_keep_open(session, first.parent),
            container=_keep_open(session, first.container),
            opened_on=merger.closed_on,
            by=by,
            now=now,
        )
    elif row is None:
        words = f"There is no organisation {successor}. Give its name too, and it is added."
        raise OrganisationError(words, field="name")
    elif row.status != Status.OPEN or row.ods_closed_on is not None:
        words = f"{successor} is closing or closed. Name one that stays open."
        raise OrganisationError(words, field="successor")
    return row is None


def _move_under(session: Session, code: str, successor: str, *, by: Actor, now: datetime) -> None:
    under = select(Organisation.ods_code, Organisation.container).where(
        Organisation.parent == code, Organisation.status != Status.CLOSED
    )
    for child, container in session.execute(under.order_by(Organisation.ods_code)).all():
        move_organisation(
            session, ods_code=child, parent=successor, container=container, by=by, now=now
        )


def _keep_open(session: Session, code: str | None) -> str | None:
    """The code of what stands over, unless that is closed."""
    over = None if code is None else session.get(Organisation, code)
    return None if over is None or over.status == Status.CLOSED else over.ods_code


def _say_successors(session: Session, code: str) -> str | None:
    rows = select(Succession.successor).where(Succession.predecessor == code)
    outside = select(SuccessorElsewhere.ods_code).where(SuccessorElsewhere.predecessor == code)
    return " ".join(sorted([*session.scalars(rows), *session.scalars(outside)])) or None
