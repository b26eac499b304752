"""Automation turned up one step at a time by two people, and turned down by one at once."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor, ActorKind
from postmaster.access.matrix import Action
from postmaster.audit.actions import Changes, record
from postmaster.lifecycle.areas import Area, list_codes, select_codes, set_mode
from postmaster.lifecycle.batches import CLOSED, BatchError, Drop
from postmaster.lifecycle.membership import drop_members
from postmaster.lifecycle.modes import Mode, next_mode, reaches
from postmaster.lifecycle.stepping import check_step_up, get_mode
from postmaster.lifecycle.steps import get_batch_for
from postmaster.lifecycle.tables import (
    BatchItem,
    LifecycleBatch,
    PilotRequest,
)
from postmaster.organisations.tables import Organisation

ASKED, APPROVED, REFUSED, WITHDRAWN = "asked", "approved", "refused", "withdrawn"


@acts(Action.LIFECYCLE_RUN)
def ask_promotion(
    session: Session, *, ods_code: str, with_below: bool, why: str, by: Actor, now: datetime
) -> int:
    """Ask for one step more of automation in an organisation, and perhaps under it; gives its id.

    Those under it that stand in another mode keep theirs.

    Raises:
        BatchError: there is no such organisation, no step more, no reason, a wish that waits
            already, or what was measured does not carry the step.
    """
    _check_wish(session, ods_code, why)
    mode, since = get_mode(session, ods_code)
    wanted = next_mode(mode)
    if wanted is None:
        raise BatchError("Automation is live there: there is no step more.")
    area = Area(ods_code, with_below, mode)
    found = check_step_up(session, area, since, now=now)
    codes = list_codes(session, area)
    request = PilotRequest(
        ods_code=ods_code,
        with_below=with_below,
        from_mode=mode,
        wanted=wanted,
        organisations=len(codes),
        digest=digest_wish(codes, wanted, why.strip()),
        evidence=found.words,
        why=why.strip(),
        status=ASKED,
        asked_at=now,
        asked_by=by.reference,
    )
    session.add(request)
    session.flush()
    changes: Changes = {"wanted": (mode, wanted), "digest": (None, request.digest)}
    _note(session, request, "pilot.ask", changes, by=by, now=now)
    return request.request_id


@acts(Action.LIFECYCLE_RUN)
def approve_promotion(
    session: Session, *, request_id: int, digest: str, by: Actor, now: datetime
) -> int:
    """Turn automation up in exactly the organisations that were shown; gives how many.

    Never by who asked. What was measured is looked at again.

    Raises:
        BatchError: it is one's own wish, decided, about other organisations by now, or no longer
            carried by what was measured.
    """
    request = _get_for(session, request_id)
    _check_second(request, by)
    mode, since = get_mode(session, request.ods_code)
    if mode != request.from_mode:
        raise BatchError(f"Automation there is {mode} by now. Ask anew.")
    area = Area(request.ods_code, request.with_below, mode)
    codes = list_codes(session, area)
    if digest != request.digest or digest_wish(codes, Mode(request.wanted), request.why) != digest:
        raise BatchError("The organisations are not those you were shown. Ask anew.")
    check_step_up(session, area, since, now=now)
    wanted = Mode(request.wanted)
    set_mode(session, codes, before=mode, wanted=wanted, why=request.why, by=by, now=now)
    _decide(session, request, APPROVED, "pilot.approve", why=None, by=by, now=now)
    return len(codes)


@acts(Action.LIFECYCLE_RUN)
def refuse_promotion(
    session: Session, *, request_id: int, why: str, by: Actor, now: datetime
) -> None:
    """Refuse somebody's wish with why, or withdraw one's own.

    Raises:
        BatchError: it is decided, or somebody else's and there is no reason.
    """
    request = _get_for(session, request_id)
    if by.reference == request.asked_by:
        _decide(session, request, WITHDRAWN, "pilot.withdraw", why=why, by=by, now=now)
        return
    if not why.strip():
        raise BatchError("Say why it is refused.")
    _decide(session, request, REFUSED, "pilot.refuse", why=why.strip(), by=by, now=now)


@acts(Action.LIFECYCLE_RUN)
def demote(
    session: Session,
    *,
    ods_code: str,
    with_below: bool,
    wanted: Mode,
    why: str,
    by: Actor,
    now: datetime,
) -> int:
    """Turn automation down at once, by one person; gives how many organisations it was.

    Members of theirs leave the automatic batches that go further than the new mode.

    Raises:
        BatchError: there is no reason, no such organisation, or none of them goes so far.
    """
    if not why.strip():
        raise BatchError("Say why, for those who come after you.")
    higher = [mode for mode in Mode if mode is not wanted and reaches(mode, wanted)]
    count = 0
    for mode in higher:
        codes = list_codes(session, Area(ods_code, with_below, mode))
        set_mode(session, codes, before=mode, wanted=wanted, why=why.strip(), by=by, now=now)
        count += len(codes)
    if not count:
        raise BatchError("Automation goes no further than that there.")
    _let_go(session, Area(ods_code, with_below, wanted), higher, now=now)
    return count


def digest_wish(codes: list[str], wanted: Mode, why: str) -> str:
    """SHA-256 over the organisations, the mode and the reason: what an approval is bound to."""
    return hashlib.sha256("\n".join([wanted, why, *sorted(codes)]).encode()).hexdigest()


def _check_wish(session: Session, ods_code: str, why: str) -> None:
    if not why.strip():
        raise BatchError("Say why, for those who come after you.")
    if session.get(Organisation, ods_code) is None:
        raise BatchError(f"There is no organisation {ods_code}.")
    waits = select(PilotRequest).where(
        PilotRequest.ods_code == ods_code, PilotRequest.status == ASKED
    )
    if session.scalars(waits).first() is not None:
        raise BatchError("A step is asked for already. Somebody must decide that first.")


def _let_go(session: Session, area: Area, higher: list[Mode], *, now: datetime) -> None:
    """Members of the automatic batches that go further than their organisation leave them."""
    batches = session.scalars(
        select(LifecycleBatch.batch_id)
        .where(LifecycleBatch.mode.in_(higher), LifecycleBatch.status.not_in(sorted(CLOSED)))
        .order_by(LifecycleBatch.batch_id)
    ).all()
    for batch_id in batches:
        get_batch_for(session, batch_id)
        mine = BatchItem.organisation.in_(select_codes(area))
        drop_members(session, batch_id, mine, why=Drop.MODE, now=now)


def _get_for(session: Session, request_id: int) -> PilotRequest:
    request = session.get(PilotRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise BatchError("There is no such wish.")
    if request.status != ASKED:
        raise BatchError(f"It is {request.status} already.")
    return request


def _check_second(request: PilotRequest, by: Actor) -> None:
    if by.kind is not ActorKind.PERSON:
        raise BatchError("A second person decides this, signed in to the panels.")
    if by.reference == request.asked_by:
        raise BatchError("You asked for this. Somebody else must decide it.")


def _decide(
    session: Session,
    request: PilotRequest,
    status: str,
    action: str,
    *,
    why: str | None,
    by: Actor,
    now: datetime,
) -> None:
    before, request.status = request.status, status
    request.decided_at, request.decided_by, request.decided_why = now, by.reference, why
    _note(session, request, action, {"status": (before, status)}, by=by, now=now)


def _note(
    session: Session,
    request: PilotRequest,
    action: str,
    changes: Changes,
    *,
    by: Actor,
    now: datetime,
) -> None:
    session.flush()
    record(
        session,
        action=action,
        kind="pilot",
        key=str(request.request_id),
        organisation=request.ods_code,
        changes=changes,
        by=by.reference,
        now=now,
    )
