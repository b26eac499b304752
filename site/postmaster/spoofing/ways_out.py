"""What somebody says of a sender, and the way out asked for it: every write is audited."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts, ensure
from postmaster.access.actors import Actor, Target
from postmaster.access.matrix import Action
from postmaster.access.reads import get_above
from postmaster.audit.actions import Changes, record
from postmaster.organisations.tables import Organisation
from postmaster.spoofing import noting
from postmaster.spoofing.register import get_pair
from postmaster.spoofing.steps import NEXT_WAY, Manner, Sort, SpoofError, Way, WayState
from postmaster.spoofing.tables import SpoofNotices, SpoofPair, SpoofWayOut

LONGEST_NOTE = 2000


@acts(Action.SPOOFING_WORK)
def sort_pair(
    session: Session, *, pair_id: int, sort: Sort, evidence: str, by: Actor, now: datetime
) -> None:
    """Say what a sender is; from then on no message changes it.

    Raises:
        SpoofError: it never reached an organisation of one's own, or there is no evidence.
    """
    _check_note(evidence, "evidence")
    row = _get_pair(session, pair_id, by, now)
    changes: Changes = {"sort": (row.sort, sort)}
    row.sort, row.evidence, row.sorted_by = sort, evidence.strip(), by.reference
    session.flush()
    record(
        session,
        action="spoofing.sort",
        kind="spoof-pair",
        key=str(pair_id),
        organisation=by.organisation,
        changes=changes,
        personal={"evidence": row.evidence},
        by=by.reference,
        now=now,
    )


@acts(Action.SPOOFING_WORK)
def ask_way_out(
    session: Session,
    *,
    pair_id: int,
    organisation: str,
    way: Way,
    note: str,
    by: Actor,
    now: datetime,
) -> int:
    """Ask that a sender go another way; gives the request's number.

    Raises:
        SpoofError: the organisation is not one's own, never received from it, or has asked already.
    """
    _check_organisation(session, organisation, by)
    _check_note(note, "note")
    _get_pair(session, pair_id, by, now)
    _check_none_open(session, pair_id, organisation)
    row = SpoofWayOut(
        pair_id=pair_id,
        organisation=organisation,
        way=way,
        state=WayState.ASKED,
        note=note.strip(),
        asked_at=now,
        asked_by=by.reference,
        changed_at=now,
        changed_by=by.reference,
    )
    session.add(row)
    changes: Changes = {"way": (None, way), "state": (None, WayState.ASKED)}
    noting.note(session, row, "spoofing.ask_way_out", changes, by=by, now=now)
    return row.way_out_id


@acts(Action.SPOOFING_WORK)
def step_way_out(
    session: Session, *, way_out_id: int, state: WayState, note: str, by: Actor, now: datetime
) -> None:
    """Say how far a request has come.

    Raises:
        SpoofError: that cannot follow.
    """
    row = session.get(SpoofWayOut, way_out_id, with_for_update=True)
    if row is None:
        raise SpoofError("There is no such request.")
    _ensure(session, row.organisation, by)
    if state not in NEXT_WAY[WayState(row.state)]:
        raise SpoofError(f"A request that is {row.state} cannot become {state}.", field="state")
    changes: Changes = {"state": (row.state, state)}
    row.state, row.changed_at, row.changed_by = state, now, by.reference
    if note.strip():
        _check_note(note, "note")
        row.note = note.strip()
    noting.note(session, row, "spoofing.step_way_out", changes, by=by, now=now)


@acts(Action.SPOOFING_WORK)
def choose_manner(
    session: Session, *, organisation: str, manner: Manner, by: Actor, now: datetime
) -> None:
    """Choose how an organisation's recipients hear of blocked mail.

    Raises:
        SpoofError: there is no such organisation.
    """
    _check_organisation(session, organisation, by)
    row = session.get(SpoofNotices, organisation, with_for_update=True)
    before = row.manner if row else Manner.DAILY
    if row is None:
        row = SpoofNotices(ods_code=organisation)
        session.add(row)
    row.manner, row.changed_at, row.changed_by = manner, now, by.reference
    session.flush()
    record(
        session,
        action="spoofing.notices",
        kind="organisation",
        key=organisation,
        organisation=organisation,
        changes={"manner": (before, manner)},
        by=by.reference,
        now=now,
    )


@acts(Action.SPOOFING_READ)
def note_export(session: Session, *, by: Actor, now: datetime) -> None:
    """Audit that somebody took a copy of their list of senders."""
    record(
        session,
        action="spoofing.export",
        kind="spoof-register",
        key=by.organisation or "all",
        organisation=by.organisation,
        by=by.reference,
        now=now,
    )


def _get_pair(session: Session, pair_id: int, by: Actor, now: datetime) -> SpoofPair:
    if get_pair(session, reader=by, pair_id=pair_id, now=now) is None:
        raise SpoofError("No such sender reached an organisation of yours.")
    return session.get_one(SpoofPair, pair_id)


def _ensure(session: Session, organisation: str, by: Actor) -> None:
    above = get_above(session, organisation=organisation)
    ensure(by, Action.SPOOFING_WORK, Target("spoofing", organisation, organisation, above))


def _check_organisation(session: Session, organisation: str, by: Actor) -> None:
    _ensure(session, organisation, by)
    if session.get(Organisation, organisation) is None:
        raise SpoofError("There is no such organisation.", field="organisation")


def _check_none_open(session: Session, pair_id: int, organisation: str) -> None:
    open_one = session.scalar(
        select(SpoofWayOut.way_out_id).where(
            SpoofWayOut.pair_id == pair_id,
            SpoofWayOut.organisation == organisation,
            SpoofWayOut.state != WayState.DONE,
        )
    )
    if open_one is not None:
        raise SpoofError(f"Number {open_one} is open for this sender. Move that on.", field="way")


def _check_note(text: str, field: str) -> None:
    if not text.strip() or len(text) > LONGEST_NOTE:
        raise SpoofError("Say it in words, 2,000 letters at most.", field=field)
