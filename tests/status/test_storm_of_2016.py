"""14 November 2016 again: half a billion messages in 75 minutes, and the day after.

A list meant for one organisation reached everybody. Mail was up to three hours late, the list was
switched off, queues were down to residual volumes next day, and the incident stayed open at 4:30pm.
"""

from datetime import UTC, datetime, timedelta

from lamppost.status.actions import sync_definitions
from lamppost.status.hssis.proposals import draw_text, get_proposal, list_proposals, raise_proposal
from lamppost.status.hssis.texts import HssiState
from lamppost.status.reads import (
    get_service_status,
    list_hssis,
    list_open_hssis,
    list_status_events,
)
from lamppost.status.report import State
from lamppost.status.watching import list_disagreements, watch
from postmaster.blackouts.reads import list_holding
from probes.reading import Levels
from status_desk import ANN, BEN, MINUTE, Desk
from status_rows import AComponent, AProbe, SomeDefinitions, reading, storing

BEGAN = datetime(2016, 11, 14, 8, 29, tzinfo=UTC)
STEP = timedelta(minutes=5)
NEXT_DAY = datetime(2016, 11, 15, 16, 30, tzinfo=UTC)
PATHS = ("incoming", "outgoing", "internal")
# A message not delivered within a quarter of an hour counts as failed: that is the critical level.
LEVELS = Levels(slow_above=60.0, slow_below=45.0, lost_after=900.0)


def stage(desk: Desk) -> None:
    definitions = SomeDefinitions(
        [AComponent(path, f"{path.title()} email", mail_path=path) for path in PATHS],
        [AProbe(path, path, levels=LEVELS) for path in PATHS],
    )
    with desk.writing() as session:
        sync_definitions(session, definitions=definitions, now=BEGAN)


def look(desk: Desk, at: datetime, *, delay: float | None) -> None:
    """One round: every direction delivers after so long, or not at all; then the watcher looks."""
    for path in PATHS:
        seen = reading(at, "ok", delay, path) if delay else reading(at, "failed", None, path)
        storing(desk.engine)([seen], probe=path, now=at)
    with desk.writing() as session:
        watch(session, now=at)


def test_one_storm_is_one_hssi_that_only_a_person_closes(each_desk: Desk) -> None:
    desk = each_desk
    stage(desk)
    for step in range(6, 0, -1):
        look(desk, BEGAN - step * STEP, delay=12.0)
    assert desk.ask(get_service_status, now=BEGAN).state is State.OPERATIONAL

    # 75 minutes of storm: late at once, then not delivered at all.
    for step in range(15):
        look(desk, BEGAN + step * STEP, delay=400.0 if step < 3 else None)

    assert len(desk.ask(list_proposals)) == 1
    proposal = desk.ask(get_proposal)
    assert proposal is not None
    assert proposal.components == tuple(sorted(PATHS))
    raised_at = BEGAN + 15 * STEP
    text = desk.ask(draw_text, proposal, now=raised_at)
    given = {"proposal_id": proposal.proposal_id, "ref": "INC0001116", "text": text}
    desk.do(raise_proposal, **given, now=raised_at)
    assert desk.ask(list_holding, at=raised_at)

    desk.update(
        ref="INC0001116", now=raised_at + 30 * MINUTE, state=HssiState.IDENTIFIED,
        summary="A message to a list meant for 1 organisation reached everybody.",
        impact=1, urgency=1,
    )  # fmt: skip
    desk.approve(desk.draft_id("INC0001116"), by=BEN, now=raised_at + 40 * MINUTE)

    # Three hours late in the afternoon, falling through the night, good from the morning on.
    at, delay = raised_at + STEP, 10_800.0
    while at < NEXT_DAY:
        look(desk, at, delay=delay)
        at, delay = at + 6 * STEP, max(14.0, delay * 0.8)

    still_open = desk.ask(list_open_hssis)
    assert [hssi.ref for hssi in still_open] == ["INC0001116"]
    assert len(desk.ask(list_proposals)) == 1
    assert len(desk.ask(list_hssis)) == 1
    status = desk.ask(get_service_status, now=NEXT_DAY)
    assert status.state is State.PARTIAL
    (green,) = desk.ask(list_disagreements, now=NEXT_DAY)
    assert green.ref == "INC0001116"
    assert desk.ask(list_holding, at=NEXT_DAY)

    over = NEXT_DAY + timedelta(hours=2)
    desk.resolve(ref="INC0001116", now=over, summary="Queues are empty.", by=ANN)
    assert desk.ask(list_open_hssis)
    desk.approve(desk.draft_id("INC0001116"), by=BEN, now=over)
    assert desk.ask(list_open_hssis) == ()
    assert not desk.ask(list_holding, at=over)

    told = [event.tag_name for event in desk.ask(list_status_events)]
    assert told == [f"hssi/INC0001116/{number}" for number in (3, 2, 1)]
    assert len({*told}) == len(told)
