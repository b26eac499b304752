"""Put a policy in force: from now on for new readings, and over all raw readings that are kept.

Each probe is read and folded outside any write transaction; what came meanwhile is folded inside
the one that replaces its spans, so nobody waits for more than a moment. Closed months stay.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.orm import Session

from lamppost.database import read_only, unit_of_work
from lamppost.generation.actions import Area, bump_generation
from lamppost.status.component_days import Stretch, sum_days
from lamppost.status.deriving import (
    Derivation,
    list_probe_rows,
    list_stored_readings,
    newest_number,
)
from lamppost.status.hour_counts import count_hours, replace_hours
from lamppost.status.hours import Hour
from lamppost.status.overlays import unpack_overlays
from lamppost.status.policies import get_policy, put_in_force
from lamppost.status.policy import ProbePolicy
from lamppost.status.probe_rows import LockedComponent, lock_components
from lamppost.status.spans import span_row
from lamppost.status.standing_rows import standing_row
from lamppost.status.tables import ProbeSpan, ProbeStanding
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.audit.actions import record
from postmaster.upserts import upsert_into


@acts(Action.STATUS_WRITE)
def put_policy_in_force(session: Session, *, policy: ProbePolicy, by: Actor, now: datetime) -> None:
    """Judge readings by a policy from now on; `derive_again` takes it over what is stored.

    Raises:
        lamppost.status.policies.KnownVersionError: its version was in force before.
    """
    before = get_policy(session)
    put_in_force(session, policy=policy, by=by.reference, now=now)
    record(
        session,
        action="status.policy",
        kind="status-policy",
        key=policy.version,
        changes={"version": (before.version, policy.version)},
        by=by.reference,
        now=now,
    )


def derive_again(
    engine: Engine, *, policy: ProbePolicy, since: datetime, now: datetime
) -> Iterator[str]:
    """Derive every probe's states, hours and days anew; gives each probe's name when it is done."""
    with read_only(engine) as session:
        probes = list_probe_rows(session)
    for probe in probes:
        derivation, hours = Derivation(probe, policy), dict[datetime, Hour]()
        with read_only(engine) as session:
            number = newest_number(session, probe.name)
            stored = list_stored_readings(session, probe=probe.name, since=since, up_to=number)
            for some in stored:
                derivation.take(some)
                count_hours(some, probe.levels, hours)
        with unit_of_work(engine) as session:
            components = lock_components(session, [probe.name])
            later = list_stored_readings(session, probe=probe.name, since=since, after=number)
            for some in later:
                derivation.take(some)
                count_hours(some, probe.levels, hours)
            _replace(session, derivation, components, now)
            # Of the first hour some readings may be gone already.
            whole = {at: hour for at, hour in hours.items() if at >= since}
            replace_hours(session, {probe.name: whole})
        yield probe.name


def _replace(
    session: Session,
    derivation: Derivation,
    components: dict[str, LockedComponent],
    now: datetime,
) -> None:
    """What is stored of the probe's states, from its first raw reading on, made the derived."""
    if not derivation.spans:
        return
    probe, first = derivation.probe, derivation.spans[0].started_at
    mine = ProbeSpan.probe == probe.name
    session.execute(delete(ProbeSpan).where(mine, ProbeSpan.started_at >= first))
    session.execute(
        update(ProbeSpan).where(mine, ProbeSpan.ended_at > first).values(ended_at=first)
    )
    session.execute(insert(ProbeSpan), [span_row(probe.name, span) for span in derivation.spans])
    session.execute(
        upsert_into(session, ProbeStanding),
        standing_row(probe, derivation.state, derivation.policy),
    )
    for one in components.values():
        stretch = Stretch(
            one.slug, first, now, one.days, unpack_overlays(one.overlays), one.overlays
        )
        sum_days(session, [stretch], policy=derivation.policy)
    bump_generation(session, Area.STATUS)
