"""What the sample's administrators asked for: exceptions, and ways out in every state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.sample.spoof_senders import SENDERS
from postmaster.access.actors import system
from postmaster.days import london_day
from postmaster.spoofing.leaves import LeaveAsk, ask_leave
from postmaster.spoofing.steps import LeaveState, Way, WayState
from postmaster.spoofing.tables import SpoofLeave, SpoofPair
from postmaster.spoofing.ways_out import ask_way_out, step_way_out

BY = system("sample")
EVIDENCE = (
    "Assessed by the clinical safety officer: without these reminders about 40 patients a week "
    "would miss an appointment for anticoagulation. The supplier needs six weeks to change."
)


@dataclass(frozen=True, slots=True)
class _Ask:
    place: int
    days: int
    state: LeaveState


def add_leaves(session: Session, now: datetime) -> None:
    """Exceptions: one to run out soon, one to decide, one refused."""
    today = london_day(now)
    for ask in (
        _Ask(0, 40, LeaveState.APPROVED),
        _Ask(1, 9, LeaveState.APPROVED),
        _Ask(3, 60, LeaveState.ASKED),
        _Ask(4, 30, LeaveState.REFUSED),
    ):
        sender = SENDERS[ask.place]
        number = ask_leave(
            session,
            ask=LeaveAsk(
                organisation=sender.organisations[0],
                claimed=sender.claimed,
                infrastructure=sender.infrastructure[0],
                from_on=today,
                to_on=today + timedelta(days=ask.days),
                evidence=EVIDENCE,
                owner="safety.officer@nhs.net",
            ),
            by=BY,
            now=now - timedelta(days=3),
        )
        if ask.state is not LeaveState.ASKED:
            row = session.get_one(SpoofLeave, number)
            row.state, row.decided_at, row.decided_by = ask.state, now, "system:sample board"


def add_ways(session: Session, now: datetime) -> None:
    """A request in every state, and one sender that has gone another way."""
    steps: Sequence[tuple[int, Way, WayState | None]] = (
        (0, Way.APPLICATION, WayState.AGREED),
        (1, Way.DOMAIN, WayState.WRITTEN),
        (2, Way.RELAY, None),
        (3, Way.DOMAIN, WayState.REFUSED),
        (5, Way.SMTP, WayState.DONE),
    )
    for place, way, state in steps:
        sender = SENDERS[place]
        pair_id = session.scalars(
            select(SpoofPair.pair_id).where(
                SpoofPair.claimed == sender.claimed,
                SpoofPair.infrastructure == sender.infrastructure[0],
            )
        ).one()
        number = ask_way_out(
            session,
            pair_id=pair_id,
            organisation=sender.organisations[0],
            way=way,
            note="Spoke to the supplier's service desk; they ask what to change.",
            by=BY,
            now=now - timedelta(days=12),
        )
        if state is not None:
            step_way_out(
                session, way_out_id=number, state=state, note="", by=BY, now=now - timedelta(days=2)
            )
