"""Questions about automation: where it stands, what it measured, what is asked for, what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.access.rules import may
from postmaster.access.tables import ScopeLink
from postmaster.access.tasks import Task
from postmaster.days import london_day
from postmaster.lifecycle.areas import Area, select_codes
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.measuring import measure
from postmaster.lifecycle.modes import Evidence, Mode, next_mode
from postmaster.lifecycle.promoting import ASKED
from postmaster.lifecycle.stepping import check_step_up, get_mode
from postmaster.lifecycle.tables import LifecycleNight, LifecycleOrganisation, PilotRequest
from postmaster.organisations.tables import Organisation

HOME = "/admin/lifecycle/pilots/"
KEY = (Organisation.ods_code,)
MOST_NIGHTS = 28


@dataclass(frozen=True, slots=True)
class PilotPage:
    """Automation in one organisation.

    `evidence` was measured there, `evidence_below` there and under it in the same mode, of which
    there are `below`. `obstacle` is why the next step cannot be asked for now.
    """

    ods_code: str
    name: str
    mode: Mode
    since: date | None
    is_frozen: bool
    why: str | None
    wanted: Mode | None
    obstacle: str | None
    evidence: Evidence
    evidence_below: Evidence
    below: int
    request: PilotRequest | None


def select_pilots(*, reader: Actor) -> Select[*tuple[Any, ...]]:
    """Organisations with any automation, or frozen, that the reader may see; not yet ordered."""
    return (
        select(
            Organisation.ods_code,
            Organisation.name,
            LifecycleOrganisation.mode,
            LifecycleOrganisation.mode_since,
            LifecycleOrganisation.is_frozen,
        )
        .join(LifecycleOrganisation, LifecycleOrganisation.ods_code == Organisation.ods_code)
        .where(
            or_(LifecycleOrganisation.mode != Mode.OFF, LifecycleOrganisation.is_frozen),
            in_scope(reader, Action.ACCOUNTS_READ, Organisation.ods_code),
        )
    )


def list_requests(session: Session, *, reader: Actor) -> Sequence[PilotRequest]:
    """Wishes that wait for a second person, the oldest first."""
    return session.scalars(
        select(PilotRequest)
        .where(
            PilotRequest.status == ASKED,
            in_scope(reader, Action.ACCOUNTS_READ, PilotRequest.ods_code),
        )
        .order_by(PilotRequest.request_id)
    ).all()


def list_nights(session: Session) -> Sequence[LifecycleNight]:
    """What the newest sweeps did."""
    return session.scalars(
        select(LifecycleNight)
        .order_by(LifecycleNight.on_day.desc(), LifecycleNight.mode, LifecycleNight.reason)
        .limit(MOST_NIGHTS)
    ).all()


def get_pilot(session: Session, *, reader: Actor, ods_code: str, now: datetime) -> PilotPage | None:
    """Automation in one organisation; None when there is none or the reader may not see it."""
    organisation = session.scalar(
        select(Organisation).where(
            Organisation.ods_code == ods_code,
            in_scope(reader, Action.ACCOUNTS_READ, Organisation.ods_code),
        )
    )
    if organisation is None:
        return None
    mode, since = get_mode(session, ods_code)
    row = session.get(LifecycleOrganisation, ods_code)
    own, below = Area(ods_code, with_below=False, mode=mode), Area(ods_code, True, mode)  # noqa: FBT003 - the second of three
    today = london_day(now)
    obstacle = None
    try:
        check_step_up(session, own, since, now=now)
    except BatchError as error:
        obstacle = str(error)
    request = session.scalars(
        select(PilotRequest).where(PilotRequest.ods_code == ods_code, PilotRequest.status == ASKED)
    ).first()
    return PilotPage(
        ods_code=ods_code,
        name=organisation.name,
        mode=mode,
        since=since,
        is_frozen=row is not None and row.is_frozen,
        why=None if row is None else row.why,
        wanted=next_mode(mode),
        obstacle=obstacle,
        evidence=measure(session, codes=select_codes(own), mode=mode, today=today),
        evidence_below=measure(session, codes=select_codes(below), mode=mode, today=today),
        below=_count_below(session, below),
        request=request,
    )


def list_tasks(session: Session, *, reader: Actor, now: datetime) -> Sequence[Task]:  # noqa: ARG001 - every room is asked alike
    """Steps of automation others asked for, and sweeps of the last days that were held."""
    if not may(reader, Action.LIFECYCLE_RUN).is_allowed:
        return []
    count, since = session.execute(
        select(func.count(), func.min(PilotRequest.asked_at)).where(
            PilotRequest.status == ASKED, PilotRequest.asked_by != reader.reference
        )
    ).one()
    if not count:
        return []
    one = "1 step of automation waits" if count == 1 else f"{count:,} steps of automation wait"
    return [Task(count, f"{one} for a second person", HOME, since)]


def _count_below(session: Session, area: Area) -> int:
    others = select(func.count()).select_from(select_codes(area).subquery())
    has_below = select(ScopeLink.below).where(
        ScopeLink.above == area.ods_code, ScopeLink.below != area.ods_code
    )
    if session.scalars(has_below.limit(1)).first() is None:
        return 0
    return session.scalar(others) or 0
