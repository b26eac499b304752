"""Questions about roll-outs and registrations; a reader is answered within their scope."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.access.actors import Actor
from postmaster.access.criteria import in_scope
from postmaster.access.matrix import Action
from postmaster.organisations.criteria import takes_accounts
from postmaster.organisations.tables import Organisation
from postmaster.registrations.regions import PLACES, Region
from postmaster.registrations.rollouts import list_spans, to_span
from postmaster.registrations.sectors import SECTORS, Sector
from postmaster.registrations.stages import Span, Standing, find_standing
from postmaster.registrations.tables import Rollout


@dataclass(frozen=True, slots=True)
class RolloutPage:
    """A row of a roll-out, where it was announced, who wrote it down and when."""

    span: Span
    source: str
    entered_at: datetime
    may_write: bool


def list_rollouts(session: Session, *, reader: Actor) -> Sequence[RolloutPage]:
    """The rows of the reader's sectors, by sector, region and day."""
    rows = session.scalars(
        select(Rollout)
        .where(in_scope(reader, Action.REGISTRATIONS_READ, Rollout.container))
        .order_by(Rollout.sector, Rollout.region, Rollout.from_on, Rollout.rollout_id)
    )
    writable = _list_writable(session, reader)
    return [_to_page(row, writable) for row in rows]


def get_rollout(session: Session, *, reader: Actor, rollout_id: int) -> RolloutPage | None:
    """One row; None when there is none or it is of no sector of the reader's."""
    row = session.scalar(
        select(Rollout).where(
            Rollout.rollout_id == rollout_id,
            in_scope(reader, Action.REGISTRATIONS_READ, Rollout.container),
        )
    )
    return None if row is None else _to_page(row, _list_writable(session, reader))


def list_own_sectors(session: Session, *, reader: Actor) -> Sequence[Sector]:
    """The sectors whose roll-outs a reader may write, those whose container is there."""
    containers = _list_writable(session, reader)
    return [sector for sector in Sector if SECTORS[sector].container in containers]


def list_standings(session: Session, *, on: date) -> Mapping[Sector, Mapping[Region, Standing]]:
    """Where every sector stands in every place somebody can be in, on a day."""
    spans = list_spans(session)
    ready = _list_ready(session)
    return {
        sector: {region: find_standing(_of(spans, sector, ready), region, on) for region in PLACES}
        for sector in Sector
    }


def get_standing(session: Session, *, sector: Sector, region: Region, on: date) -> Standing:
    """Where one sector stands in a region: open nowhere while its container is not there."""
    spans = _of(list_spans(session, sector=sector), sector, _list_ready(session))
    return find_standing(spans, region, on)


def _of(spans: Collection[Span], sector: Sector, ready: Collection[str]) -> list[Span]:
    is_ready = SECTORS[sector].container in ready
    return [span for span in spans if span.sector is sector] if is_ready else []


def _list_ready(session: Session) -> frozenset[str]:
    """The containers of sectors that are there and take accounts."""
    wanted = [facts.container for facts in SECTORS.values()]
    there = select(Organisation.ods_code).where(Organisation.ods_code.in_(wanted), takes_accounts())
    return frozenset(session.scalars(there))


def _list_writable(session: Session, reader: Actor) -> frozenset[str]:
    mine = select(Organisation.ods_code).where(
        Organisation.ods_code.in_([facts.container for facts in SECTORS.values()]),
        in_scope(reader, Action.ROLLOUTS_WRITE, Organisation.ods_code),
    )
    return frozenset(session.scalars(mine))


def _to_page(row: Rollout, writable: Collection[str]) -> RolloutPage:
    return RolloutPage(to_span(row), row.source, row.entered_at, row.container in writable)
