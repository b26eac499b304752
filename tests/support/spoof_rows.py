"""Sightings for the register, as the milter would have written them down."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from lamppost.database import unit_of_work
from postmaster.access.actors import Actor, ActorKind, Grant
from postmaster.access.roles import Role
from postmaster.accounts.changes import make_row
from postmaster.accounts.rules import Kind, Status
from postmaster.spoofing.intake import store_sightings
from postmaster.spoofing.sightings import Sighting
from postmaster.spoofing.tables import SpoofLeave, SpoofPair, SpoofRelay, SpoofStage, SpoofWayOut
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage

_NUMBERS = count(1)
NATIONAL = Actor(ActorKind.PERSON, "national", (Grant(Role.TENANT_ADMINISTRATOR),))
SECOND = Actor(ActorKind.PERSON, "second", (Grant(Role.TENANT_ADMINISTRATOR),))


def administrator(scope: str) -> Actor:
    """A local administrator of an organisation."""
    return Actor(ActorKind.PERSON, f"la-{scope}", (Grant(Role.LOCAL_ADMINISTRATOR, scope),), scope)


def sighting(
    at: datetime,
    *,
    claimed: str = "clinic@nhs.net",
    infrastructure: Sequence[str] = ("ptr:mailer.example", "ip:192.0.2.0/24"),
    kind: SpoofKind = SpoofKind.EXACT_DOMAIN,
    network: Network = Network.INTERNET,
    action: Action = Action.TAG,
    recipients: Sequence[str] = (),
    signed_by: Sequence[str] = ("mailer.example",),
    record: str = "",
    queue_id: str = "4XQ1",
) -> Sighting:
    """One message that spoofs, from a company's server, unless told otherwise."""
    stages = {Action.TAG: Stage.TAG, Action.JUNK: Stage.JUNK, Action.DELIVER: Stage.OFF}
    return Sighting(
        record=record or f"record-{next(_NUMBERS)}",
        received_at=at,
        queue_id=queue_id,
        claimed=claimed,
        infrastructure=tuple(infrastructure),
        kind=kind,
        network=network,
        stage=stages.get(action, Stage.DELETE),
        action=action,
        reasons=(("claims-exact", "It claims to be from the service."),),
        leave=None,
        policy_version="spoof-1",
        recipients=tuple(recipients),
        signed_by=tuple(signed_by),
        helo="mail.mailer.example",
        is_forwarded=False,
        list_id="",
    )


def store(engine: Engine, *sightings: Sighting) -> int:
    """Bring sightings into the register."""
    with unit_of_work(engine) as session:
        return store_sightings(session, sightings=sightings)


def put_spoofing(session: Session, *, organisation: str, now: datetime) -> dict[str, int]:
    """A sender that reached one organisation alone, and all that hangs on it, by argument."""
    code = organisation.lower()
    account = make_row(
        f"somebody@{code}.nhs.uk", "Somebody", kind=Kind.PERSON, organisation=organisation,
        status=Status.ACTIVE, now=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    made = sighting(now, claimed=f"{code}@nhs.net", recipients=(account.address,))
    store_sightings(session, sightings=[made])
    pair = session.scalars(select(SpoofPair).where(SpoofPair.claimed == made.claimed)).one()
    leave = SpoofLeave(
        organisation=organisation, claimed=made.claimed, infrastructure=pair.infrastructure,
        from_on=now.date(), to_on=now.date(), evidence="Harm", owner="owner@nhs.net", state="asked",
        asked_at=now, asked_by="person:another", digest="digest",
    )  # fmt: skip
    way = SpoofWayOut(
        pair_id=pair.pair_id, organisation=organisation, way="own-domain", state="asked",
        note="A note", asked_at=now, asked_by="person:another", changed_at=now,
        changed_by="person:another",
    )  # fmt: skip
    relay = SpoofRelay(
        domain=f"{code}.nhs.uk", network="192.0.2.0/28", organisation=organisation,
        registered_at=now, registered_by="person:another",
    )  # fmt: skip
    stage = SpoofStage(
        network="internet", stage="junk", source="Board", state="proposed", proposed_at=now,
        proposed_by="person:another", rehearsal="{}", digest="digest",
    )  # fmt: skip
    session.add_all([leave, way, relay, stage])
    session.flush()
    return {
        "pair_id": pair.pair_id,
        "leave_id": leave.leave_id,
        "way_out_id": way.way_out_id,
        "relay_id": relay.relay_id,
        "stage_id": stage.stage_id,
    }


SPOOFING_ARGUMENTS = ("pair_id", "leave_id", "way_out_id", "relay_id", "stage_id")
