"""Sightings into the register: each counts once, however often it is brought."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from postmaster.accounts.rules import fold_address
from postmaster.accounts.tables import Account, AccountAlias
from postmaster.days import london_day
from postmaster.spoofing.sightings import Sighting
from postmaster.spoofing.sorting import Signs, sort_sender
from postmaster.spoofing.steps import Notice
from postmaster.spoofing.tables import SpoofDay, SpoofPair, SpoofRecipient, SpoofSighting
from postmaster.spoofing.values import Action
from postmaster.upserts import insert_into

DELIVERED = "delivered"
LOG_REACHES = timedelta(days=5)
NOT_DELIVERED = (Action.DISCARD, Action.REJECT)


def store_sightings(session: Session, *, sightings: Sequence[Sighting]) -> int:
    """Enter what is new of these; gives how many were."""
    homes = _find_homes(session, sightings)
    return sum(_store(session, sighting, homes) for sighting in sightings)


def mark_taken(session: Session, *, records: Sequence[str]) -> None:
    """The mail server went on after these answers: it took them."""
    session.execute(
        update(SpoofSighting)
        .where(SpoofSighting.record.in_(list(records)))
        .values(is_taken=True)
        .execution_options(synchronize_session=False)
    )


def mark_outcomes(session: Session, *, outcomes: Mapping[str, str], now: datetime) -> int:
    """What the mail server's log says became of queue ids; gives how many are of the register.

    `delivered` after a discard or a reject was asked is a contradiction, and stays one. Queue ids
    come again after a while: only messages of the last days are meant.
    """
    ids = sorted(outcomes)
    marked = 0
    for start in range(0, len(ids), 500):
        rows = session.scalars(
            select(SpoofSighting)
            .where(SpoofSighting.queue_id.in_(ids[start : start + 500]))
            .where(SpoofSighting.received_at >= now - LOG_REACHES)
        ).all()
        for row in rows:
            outcome = outcomes[row.queue_id]
            if row.outcome != DELIVERED:
                row.outcome = outcome
            row.is_contradicted |= outcome == DELIVERED and row.action in NOT_DELIVERED
        marked += len(rows)
    return marked


def _find_homes(session: Session, sightings: Sequence[Sighting]) -> Mapping[str, str]:
    """The organisation of every recipient that has an account, by its key or an alias of it."""
    keys = sorted({fold_address(one) for each in sightings for one in each.recipients})
    homes: dict[str, str] = {}
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        homes |= {
            key: organisation
            for key, organisation in session.execute(
                select(AccountAlias.address_key, Account.organisation)
                .join(Account, Account.account_id == AccountAlias.account_id)
                .where(AccountAlias.address_key.in_(some))
            )
        }
        homes |= {
            key: organisation
            for key, organisation in session.execute(
                select(Account.address_key, Account.organisation).where(
                    Account.address_key.in_(some)
                )
            )
        }
    return homes


def _store(session: Session, sighting: Sighting, homes: Mapping[str, str]) -> bool:
    if session.scalar(
        select(SpoofSighting.sighting_id).where(SpoofSighting.record == sighting.record)
    ):
        return False
    pair = _find_pair(session, sighting)
    row = SpoofSighting(
        record=sighting.record,
        pair_id=pair.pair_id,
        received_at=sighting.received_at,
        queue_id=sighting.queue_id,
        kind=sighting.kind,
        network=sighting.network,
        stage=sighting.stage,
        action=sighting.action,
        reasons=json.dumps(sighting.reasons),
        leave=sighting.leave,
        policy_version=sighting.policy_version,
        notice=Notice.OWED if sighting.action in NOT_DELIVERED else Notice.NONE,
    )
    session.add(row)
    session.flush()
    people = {fold_address(one): homes.get(fold_address(one), "") for one in sighting.recipients}
    session.add_all(
        SpoofRecipient(sighting_id=row.sighting_id, address_key=key, organisation=organisation)
        for key, organisation in people.items()
    )
    _count(session, sighting, pair.pair_id, sorted(set(people.values()) or {""}, reverse=True))
    session.flush()
    return True


def _find_pair(session: Session, sighting: Sighting) -> SpoofPair:
    key = sighting.first_infrastructure
    pair = session.scalar(
        select(SpoofPair).where(
            SpoofPair.claimed == sighting.claimed, SpoofPair.infrastructure == key
        )
    )
    if pair is None:
        signs = Signs(
            network=sighting.network,
            infrastructure=sighting.infrastructure,
            signed_by=sighting.signed_by,
            helo=sighting.helo.lower(),
            is_forwarded=sighting.is_forwarded,
            list_id=sighting.list_id,
        )
        sort, evidence = sort_sender(signs)
        pair = SpoofPair(
            claimed=sighting.claimed,
            infrastructure=key,
            kind=sighting.kind,
            network=sighting.network,
            first_seen_at=sighting.received_at,
            last_seen_at=sighting.received_at,
            messages=0,
            sort=sort,
            evidence=evidence,
        )
        session.add(pair)
    pair.messages += 1
    pair.first_seen_at = min(pair.first_seen_at, sighting.received_at)
    if sighting.received_at >= pair.last_seen_at:
        pair.last_seen_at, pair.kind, pair.network = (
            sighting.received_at, sighting.kind, sighting.network,
        )  # fmt: skip
    session.flush()
    return pair


def _count(
    session: Session, sighting: Sighting, pair_id: int, organisations: Sequence[str]
) -> None:
    """One message more in every organisation it was for, counted in the first of them alone."""
    for place, organisation in enumerate(organisations):
        counted = int(place == 0)
        statement = insert_into(session, SpoofDay).values(
            pair_id=pair_id,
            on_day=london_day(sighting.received_at),
            kind=sighting.kind,
            network=sighting.network,
            organisation=organisation,
            action=sighting.action,
            messages=1,
            counted=counted,
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[
                    "pair_id", "on_day", "kind", "network", "organisation", "action",
                ],
                set_={
                    "messages": SpoofDay.messages + 1,
                    "counted": SpoofDay.counted + counted,
                },
            )
        )  # fmt: skip
