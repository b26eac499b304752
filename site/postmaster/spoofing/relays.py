"""Registered relays: which network may send mail of which domain."""

from datetime import datetime
from ipaddress import ip_network

from sqlalchemy.orm import Session

from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.accounts.rules import find_address_fault
from postmaster.audit.actions import Changes
from postmaster.organisations.tables import Organisation
from postmaster.spoofing.noting import note
from postmaster.spoofing.steps import SpoofError
from postmaster.spoofing.tables import SpoofRelay

# Nobody's relay is larger: a wider network would vouch for strangers.
WIDEST = {4: 20, 6: 48}


@acts(Action.SPOOFING_SWITCH)
def register_relay(
    session: Session, *, domain: str, network: str, organisation: str, by: Actor, now: datetime
) -> int:
    """Register a relay; gives its number.

    Raises:
        SpoofError: the network or domain is none, the network is too wide, or no organisation.
    """
    try:
        found = ip_network(network.strip())
    except ValueError:
        raise SpoofError("Enter a network such as 192.0.2.0/28.", field="network") from None
    if found.prefixlen < WIDEST[found.version]:
        raise SpoofError(f"{found} is too wide for one relay.", field="network")
    name = domain.strip().lower().rstrip(".")
    if find_address_fault(f"relay@{name}") is not None:
        raise SpoofError("Enter a domain such as trust.nhs.uk.", field="domain")
    if session.get(Organisation, organisation) is None:
        raise SpoofError("There is no such organisation.", field="organisation")
    row = SpoofRelay(
        domain=name,
        network=str(found),
        organisation=organisation,
        registered_at=now,
        registered_by=by.reference,
    )
    session.add(row)
    changes: Changes = {"domain": (None, name), "network": (None, str(found))}
    note(session, row, "spoofing.register_relay", changes, by=by, now=now)
    return row.relay_id


@acts(Action.SPOOFING_SWITCH)
def end_relay(session: Session, *, relay_id: int, by: Actor, now: datetime) -> None:
    """Its mail is judged like any other from now on.

    Raises:
        SpoofError: there is none, or it is ended.
    """
    row = session.get(SpoofRelay, relay_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise SpoofError("There is no such relay, or it is ended already.")
    row.ended_at = now
    changes: Changes = {"ended_at": (None, now.isoformat())}
    note(session, row, "spoofing.end_relay", changes, by=by, now=now)
