"""What was announced and touches states: planned changes with impact, and HSSIs readers may see."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.hssis.criteria import select_public_intervals
from lamppost.status.plans.tables import ChangeRecord
from lamppost.status.report import State
from lamppost.status.slices import Overlay, OverlayKind
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_number


def list_overlays(
    session: Session, *, first: datetime, last: datetime
) -> dict[str, tuple[Overlay, ...]]:
    """By component, everything that lies over some part of a period, by its beginning."""
    found: dict[str, list[Overlay]] = {}
    _add_changes(session, found, first, last)
    _add_incidents(session, found, first, last)
    return {slug: tuple(sorted(some, key=_order)) for slug, some in found.items()}


def list_spells(
    session: Session, ref: str, *, first: datetime, last: datetime
) -> list[tuple[str, Overlay]]:
    """When and how an HSSI lay over each of its components: (slug, overlay), by beginning."""
    found = list_overlays(session, first=first, last=last)
    spells = [
        (slug, one)
        for slug, some in found.items()
        for one in some
        if one.kind is OverlayKind.INCIDENT and one.ref == ref
    ]
    return sorted(spells, key=lambda pair: (pair[1].starts_at, pair[0]))


def _order(overlay: Overlay) -> tuple[datetime, str, str]:
    return overlay.starts_at, overlay.kind.value, overlay.ref


def _add_changes(
    session: Session, found: dict[str, list[Overlay]], first: datetime, last: datetime
) -> None:
    rows = session.execute(
        select(
            ChangeRecord.ref,
            ChangeRecord.starts_at,
            ChangeRecord.ends_at,
            # Moved, it was announced for its present beginning only then.
            func.coalesce(ChangeRecord.dates_announced_at, ChangeRecord.announced_at),
            ChangeRecord.components,
            ChangeRecord.effects,
        ).where(
            ChangeRecord.ends_at > first,
            ChangeRecord.starts_at < last,
            ChangeRecord.has_impact,
            ~ChangeRecord.is_cancelled,
        )
    ).all()
    promised: dict[date, int | None] = {}
    for ref, starts_at, ends_at, announced_at, named, effects in rows:
        begins_on = london_date(starts_at)
        if begins_on not in promised:
            promised[begins_on] = promised_notice(session, on=begins_on)
        is_excused = is_in_time(announced_at, starts_at, promised[begins_on])
        for slug in named.split():
            if (effects or {}).get(slug) == "none":
                continue
            found.setdefault(slug, []).append(
                Overlay(
                    OverlayKind.MAINTENANCE, ref, State.MAINTENANCE, starts_at, ends_at, is_excused
                )
            )


def _add_incidents(
    session: Session, found: dict[str, list[Overlay]], first: datetime, last: datetime
) -> None:
    for ref, slug, state, starts_at, ends_at in session.execute(
        select_public_intervals(first=first, last=last)
    ):
        found.setdefault(slug, []).append(
            Overlay(OverlayKind.INCIDENT, ref, State(state), starts_at, ends_at)
        )


def promised_notice(session: Session, *, on: date) -> int | None:
    """How many days before it begins maintenance of that day is to be announced."""
    return get_number(session, Key.MAINTENANCE_NOTICE_DAYS, on=on)


def is_in_time(announced_at: datetime, starts_at: datetime, promised: int | None) -> bool:
    """Whether something was announced so many London days before the one it begins on.

    Where nothing was promised nothing is in time: an excuse needs a promise that was kept.
    """
    if promised is None:
        return False
    return london_date(announced_at) + timedelta(days=promised) <= london_date(starts_at)


def pack_overlays(overlays: Sequence[Overlay]) -> str:
    """A text that differs as soon as anything that touches states does."""
    return "\n".join(
        " ".join(
            (
                overlay.kind.value,
                overlay.state.value,
                overlay.starts_at.isoformat(),
                overlay.ends_at.isoformat() if overlay.ends_at else "open",
                "excused" if overlay.is_excused else "counted",
                overlay.ref,
            )
        )
        for overlay in overlays
    )


@lru_cache(maxsize=512)
def unpack_overlays(packed: str) -> tuple[Overlay, ...]:
    """The overlays of a packed text."""
    return tuple(_unpack(line) for line in packed.splitlines())


def _unpack(line: str) -> Overlay:
    kind, state, begin, end, excuse, ref = line.split(" ", 5)
    return Overlay(
        OverlayKind(kind),
        ref,
        State(state),
        datetime.fromisoformat(begin),
        None if end == "open" else datetime.fromisoformat(end),
        excuse == "excused",
    )


def first_difference(before: str, after: str) -> datetime | None:
    """The earliest moment two packed lists of overlays do not agree about; None when they do."""
    changed = set(before.splitlines()) ^ set(after.splitlines())
    return min((datetime.fromisoformat(line.split(" ")[2]) for line in changed), default=None)
