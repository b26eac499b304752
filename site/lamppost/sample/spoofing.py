"""The sample's spoof policy: its stages as they were switched, and eight weeks of its register.

Written by sets, and the same at every load. All names of senders are invented.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lamppost.sample.spoof_requests import add_leaves, add_ways
from lamppost.sample.spoof_senders import SENDERS, Sender
from postmaster.access.actors import system
from postmaster.accounts.rules import Kind, Status
from postmaster.accounts.tables import Account
from postmaster.days import london_day, start_of
from postmaster.entitlements.actions import grant_protocol
from postmaster.entitlements.rules import Protocol
from postmaster.spoofing.intake import mark_outcomes, store_sightings
from postmaster.spoofing.policy_reads import enter_preset_stages
from postmaster.spoofing.rehearsal import rehearse
from postmaster.spoofing.relays import register_relay
from postmaster.spoofing.sightings import Sighting
from postmaster.spoofing.switching import Proposal, propose_stage
from postmaster.spoofing.tables import SpoofDay, SpoofPair, SpoofStage
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage

BY = system("sample")
DAYS = 56
# Weekends send a quarter; a week later in the eight sends a little less than the one before.
QUIET_DAYS = (5, 6)
APPLICATIONS = 12
RELAYS = (("RX1", "larkmoor.nhs.uk", "10.20.0.0/28"), ("RX2", "tarnside.nhs.uk", "10.21.4.0/29"))


def add_spoofing(session: Session, *, now: datetime) -> None:
    """Add the policy and its register once."""
    if session.scalar(select(SpoofPair.pair_id).limit(1)) is not None:
        return
    _add_stages(session, now)
    _add_grants(session, now)
    _add_sightings(session, now)
    _add_days(session, now)
    add_leaves(session, now)
    add_ways(session, now)
    _add_proposal(session, now)
    for organisation, domain, network in RELAYS:
        register_relay(
            session, domain=domain, network=network, organisation=organisation, by=BY, now=now
        )


def _add_stages(session: Session, now: datetime) -> None:
    """Every stage as the service switched it, and one it tried and took back before."""
    if session.scalar(select(SpoofStage.stage_id).limit(1)) is None:
        enter_preset_stages(session, by=BY.reference, now=now, stages=list(Stage))
    else:
        for row in session.scalars(select(SpoofStage)).all():
            session.delete(row)
        session.flush()
        enter_preset_stages(session, by=BY.reference, now=now, stages=list(Stage))
    tried = start_of(london_day(datetime(2018, 11, 5, 12, tzinfo=now.tzinfo)))
    session.add(
        SpoofStage(
            network=Network.INTERNET,
            stage=Stage.JUNK,
            from_at=tried,
            rolled_back_at=tried + timedelta(days=9),
            rolled_back_by=BY.reference,
            rolled_back_why="Reminders of several clinics went to junk; suppliers need longer",
            source="A sample of a stage that went backwards; the service's own days are not public",
            state="approved",
            proposed_at=tried - timedelta(days=14),
            proposed_by=BY.reference,
            rehearsal="{}",
            digest="",
        )
    )


def _add_grants(session: Session, now: datetime) -> None:
    accounts = session.scalars(
        select(Account.account_id)
        .where(Account.kind == Kind.APPLICATION, Account.status == Status.ACTIVE)
        .order_by(Account.account_id)
        .limit(APPLICATIONS)
    ).all()
    for account_id in accounts:
        grant_protocol(
            session,
            account_id=account_id,
            protocol=Protocol.SMTP,
            reason="Recall letters, instead of a supplier that spoofed",
            by=BY,
            now=now,
        )


def _add_sightings(session: Session, now: datetime) -> None:
    """The newest messages of every sender, one of them delivered against its verdict."""
    people = _list_people(session)
    made = [
        _sighting(sender, place, number, people, now)
        for place, sender in enumerate(SENDERS)
        for number in range(3)
    ]
    store_sightings(session, sightings=made)
    outcomes = {
        one.queue_id: "discarded" if one.action is Action.DISCARD else "delivered" for one in made
    }
    outcomes[made[0].queue_id] = "delivered"
    mark_outcomes(session, outcomes=outcomes, now=now)


def _sighting(
    sender: Sender, place: int, number: int, people: Mapping[str, str], now: datetime
) -> Sighting:
    action = _action(sender)
    return Sighting(
        record=f"sample-{place}-{number}",
        received_at=now - timedelta(hours=5 * number + place % 7 + 1),
        queue_id=f"4S{place:02d}{number}",
        claimed=sender.claimed,
        infrastructure=sender.infrastructure,
        kind=sender.kind,
        network=sender.network,
        stage=Stage.DELETE if action is Action.DISCARD else Stage.TAG,
        action=action,
        reasons=sender.reasons,
        leave=None,
        policy_version="sample",
        recipients=tuple(people[code] for code in sender.organisations if code in people),
        signed_by=sender.signed_by,
        helo=sender.helo,
        is_forwarded=sender.is_forwarded,
        list_id=sender.list_id,
    )


def _action(sender: Sender) -> Action:
    """What the delete stage does: look-alikes and display names are tagged and no more."""
    if not sender.is_spoof:
        return Action.DELIVER
    is_capped = sender.kind in {SpoofKind.LOOKALIKE, SpoofKind.DISPLAY_NAME}
    return Action.TAG if is_capped else Action.DISCARD


def _list_people(session: Session) -> Mapping[str, str]:
    """One active person of every organisation."""
    rows = session.execute(
        select(Account.organisation, Account.address_key)
        .where(Account.kind == Kind.PERSON, Account.status == Status.ACTIVE)
        .order_by(Account.account_id.desc())
    )
    return {organisation: key for organisation, key in rows}


def _add_days(session: Session, now: datetime) -> None:
    """Daily counts of the eight weeks before, as if every message had been brought in."""
    pairs = {
        (row.claimed, row.infrastructure): row for row in session.scalars(select(SpoofPair)).all()
    }
    for place, sender in enumerate(SENDERS):
        pair = pairs[(sender.claimed, sender.infrastructure[0])]
        rows = list(_list_days(sender, place, pair.pair_id, now))
        session.execute(insert(SpoofDay), rows)
        pair.messages += sum(row["counted"] for row in rows)
        pair.first_seen_at = now - timedelta(days=sender.since_days)


def _list_days(sender: Sender, place: int, pair_id: int, now: datetime) -> Iterator[dict[str, Any]]:
    today = london_day(now)
    # The last two days are those of the sightings.
    for back in range(2, min(DAYS, sender.since_days)):
        on_day = today - timedelta(days=back)
        share = 0.25 if on_day.weekday() in QUIET_DAYS else 1.0
        fade = 1 + sender.fade * (back // 7)
        messages = int(sender.a_day * share * fade) + (back * 7 + place) % 3
        for number, organisation in enumerate(sender.organisations):
            if messages:
                yield {
                    "pair_id": pair_id,
                    "on_day": on_day,
                    "kind": sender.kind,
                    "network": sender.network,
                    "organisation": organisation,
                    "action": _action(sender),
                    "messages": messages,
                    "counted": messages if number == 0 else 0,
                }


def _add_proposal(session: Session, now: datetime) -> None:
    """Look-alikes into junk, on a day to be confirmed: it waits for two tenant administrators."""
    proposal = Proposal(
        network=Network.INTERNET,
        stage=Stage.JUNK,
        kind=SpoofKind.LOOKALIKE,
        source="A sample of a proposal: the board asks for look-alikes to go to junk",
    )
    found = rehearse(
        session,
        reader=BY,
        network=proposal.network,
        stage=proposal.stage,
        kind=proposal.kind,
        days=28,
        now=now,
    )
    propose_stage(session, proposal=proposal, rehearsal=found, by=BY, now=now)
