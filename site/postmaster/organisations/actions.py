"""Open, change, move and close organisations; every write is audited, none commits."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actions import place_organisation
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.audit.actions import Changes
from postmaster.days import london_day
from postmaster.organisations.checks import (
    check_closing,
    check_elsewhere,
    check_new,
    check_place,
    check_short_code,
    check_successors,
    get_placement,
    refuse,
)
from postmaster.organisations.rows import get_open_row, note_organisation
from postmaster.organisations.rules import (
    Kind,
    Status,
    SuccessionType,
    decide_succession_type,
    find_date_fault,
    find_name_fault,
    fold_code,
    fold_codes,
    fold_name,
    fold_short_code,
)
from postmaster.organisations.tables import Organisation, Succession, SuccessorElsewhere


@acts(Action.ORGANISATIONS_WRITE)
def add_organisation(
    session: Session,
    *,
    ods_code: str,
    name: str,
    kind: Kind = Kind.ORGANISATION,
    short_code: str | None = None,
    parent: str | None = None,
    container: str | None = None,
    opened_on: date | None = None,
    by: Actor,
    now: datetime,
) -> str:
    """Open an organisation; gives its code as it is stored.

    Raises:
        OrganisationError: the code was ever used, or something given cannot be.
    """
    code, name = fold_code(ods_code), name.strip()
    short = fold_short_code(short_code or "")
    ensure(by, Action.ORGANISATIONS_WRITE, Target("organisation", code, code))
    check_new(session, code=code, name=name, kind=kind)
    check_short_code(session, code=code, short_code=short)
    parent, container = check_place(session, code, kind, parent, container)
    given = {"name": name, "short_code": short, "kind": kind, "parent": parent}
    given["container"] = container
    row = Organisation(ods_code=code, **given, status=Status.OPEN, opened_on=opened_on)
    row.search_key = fold_name(name)
    session.add(row)
    session.flush()
    place_all(session, code)
    changes: Changes = {column: (None, value) for column, value in given.items()}
    note_organisation(session, "organisations.add", code, changes, by=by, now=now)
    return code


@acts(Action.ORGANISATIONS_WRITE)
def change_organisation(
    session: Session, *, ods_code: str, name: str, short_code: str | None, by: Actor, now: datetime
) -> None:
    """Change the name and the short code; the code itself never changes.

    Raises:
        OrganisationError: there is none, it is closed, or something given cannot be.
    """
    row = get_open_row(session, ods_code, by)
    name, short = name.strip(), fold_short_code(short_code or "")
    refuse(find_name_fault(name), "name")
    check_short_code(session, code=row.ods_code, short_code=short)
    changes: Changes = {"name": (row.name, name), "short_code": (row.short_code, short)}
    row.name, row.short_code, row.search_key = name, short, fold_name(name)
    note_organisation(session, "organisations.change", row.ods_code, changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def move_organisation(
    session: Session,
    *,
    ods_code: str,
    parent: str | None,
    container: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """Put it under another parent or into another container, all under it with it.

    Raises:
        OrganisationError: there is none, it is closed, or it cannot stand there.
    """
    row = get_open_row(session, ods_code, by)
    kind = Kind(row.kind)
    parent, container = check_place(session, row.ods_code, kind, parent, container)
    changes: Changes = {
        "parent": (row.parent, parent),
        "container": (row.container, container),
    }
    row.parent, row.container = parent, container
    session.flush()
    place_all(session, row.ods_code)
    note_organisation(session, "organisations.move", row.ods_code, changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def start_closing(
    session: Session,
    *,
    ods_code: str,
    closes_on: date | None = None,
    successors: Collection[str] = (),
    by: Actor,
    now: datetime,
) -> None:
    """Say that it is closing: no new accounts, no joiners; its accounts find a new home.

    `closes_on` is the day planned, `successors` who is to take over: accounts may move there now.

    Raises:
        OrganisationError: there is none, it is closed, or a successor cannot be one.
    """
    row, codes = get_open_row(session, ods_code, by), fold_codes(successors)
    check_successors(session, code=row.ods_code, successors=codes)
    planned = " ".join(codes) or None
    changes: Changes = {
        "status": (row.status, Status.CLOSING),
        "closes_on": (_say(row.closes_on), _say(closes_on)),
        "planned_successors": (row.planned_successors, planned),
    }
    if row.status != Status.CLOSING:
        row.status, row.closing_on = Status.CLOSING, london_day(now)
    row.closes_on, row.planned_successors = closes_on, planned
    session.flush()
    note_organisation(session, "organisations.status", row.ods_code, changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def call_off_closing(session: Session, *, ods_code: str, by: Actor, now: datetime) -> None:
    """Say that it stays open after all; one that is closed stays closed.

    Raises:
        OrganisationError: there is none or it is closed.
    """
    row = get_open_row(session, ods_code, by)
    if row.status == Status.OPEN:
        return
    changes: Changes = {"status": (row.status, Status.OPEN)}
    row.status, row.closing_on = Status.OPEN, None
    row.closes_on = row.planned_successors = None
    session.flush()
    note_organisation(session, "organisations.status", row.ods_code, changes, by=by, now=now)


@acts(Action.ORGANISATIONS_WRITE)
def close_organisation(
    session: Session,
    *,
    ods_code: str,
    successors: Collection[str],
    closed_on: date,
    is_rename: bool = False,
    elsewhere: Collection[str] = (),
    by: Actor,
    now: datetime,
) -> None:
    """Close it for good, its successors named; none when nobody takes over.

    `closed_on` may be past: closures are often recorded later than they took effect; when it was
    recorded is kept beside it. `elsewhere` are the codes of successors that are not on the service.

    Raises:
        OrganisationError: there is none, it is closed, something open is under it, a successor
            cannot be one, or the date is wrong.
    """
    row = get_open_row(session, ods_code, by)
    codes, outside = fold_codes(successors), fold_codes(elsewhere)
    fault = find_date_fault(Status.CLOSED, row.opened_on, closed_on, london_day(now))
    refuse(fault, "closed_on")
    check_closing(session, code=row.ods_code, successors=codes)
    check_elsewhere(session, outside)
    changes: Changes = {
        "status": (row.status, Status.CLOSED),
        "closed_on": (None, closed_on.isoformat()),
        "successors": (None, " ".join(codes) or None),
        "elsewhere": (None, " ".join(outside) or None),
    }
    row.status, row.closed_on, row.ods_closed_on = Status.CLOSED, closed_on, None
    row.closes_on = row.planned_successors = None
    manner = decide_succession_type([*codes, *outside], is_rename=is_rename)
    session.add_all(
        _list_successions(row.ods_code, codes, outside, manner, effective_on=closed_on, now=now)
    )
    session.flush()
    note_organisation(session, "organisations.close", row.ods_code, changes, by=by, now=now)


def _list_successions(
    code: str,
    successors: Collection[str],
    elsewhere: Collection[str],
    manner: SuccessionType,
    *,
    effective_on: date,
    now: datetime,
) -> Iterator[Succession | SuccessorElsewhere]:
    told = {"predecessor": code, "effective_on": effective_on, "recorded_at": now}
    for one in successors:
        yield Succession(successor=one, type=manner, **told)
    for one in elsewhere:
        yield SuccessorElsewhere(ods_code=one, **told)


def _say(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def place_all(session: Session, code: str) -> None:
    """State anew who stands over a code and over everything under it."""
    for below, above in get_placement(session, code=code).items():
        place_organisation(session, ods_code=below, above=above)
