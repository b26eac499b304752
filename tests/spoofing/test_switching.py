"""Switching a stage: two people and a rehearsal to go on, one to go back, and the dates between."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from estate import make_estate
from lamppost.database import read_only, unit_of_work
from postmaster.access.acting import RefusedError
from postmaster.access.actors import operator
from postmaster.spoofing.policy_reads import enter_preset_stages, get_spoof_policy
from postmaster.spoofing.rehearsal import rehearse
from postmaster.spoofing.stages import choose_stage
from postmaster.spoofing.steps import SpoofError
from postmaster.spoofing.switching import (
    Proposal,
    approve_stage,
    postpone_stage,
    propose_stage,
    roll_back_stage,
    withdraw_stage,
)
from postmaster.spoofing.tables import SpoofStage
from postmaster.spoofing.values import Action, Network, SpoofKind, Stage
from spoof_rows import NATIONAL, SECOND, administrator

NOW = datetime(2018, 11, 5, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=7)


@pytest.fixture
def board(sqlite_engine: Engine) -> Engine:
    make_estate(sqlite_engine, now=NOW)
    with unit_of_work(sqlite_engine) as session:
        enter_preset_stages(session, by="system:test", now=NOW)
    return sqlite_engine


def propose(engine: Engine, proposal: Proposal, *, at: datetime = NOW) -> tuple[int, str]:
    with read_only(engine) as session:
        found = rehearse(
            session, reader=NATIONAL, network=proposal.network, stage=proposal.stage,
            kind=proposal.kind, days=28, now=at,
        )  # fmt: skip
    with unit_of_work(engine) as session:
        number = propose_stage(session, proposal=proposal, rehearsal=found, by=NATIONAL, now=at)
        return number, session.get_one(SpoofStage, number).digest


def junk(**changes: object) -> Proposal:
    given = {"network": Network.INTERNET, "stage": Stage.JUNK, "source": "Board, item 4"}
    return Proposal(**{**given, "from_at": SOON, **changes})  # type: ignore[arg-type]  # by name


def approve(engine: Engine, number: int, digest: str, *, at: datetime = NOW) -> None:
    with unit_of_work(engine) as session:
        approve_stage(session, stage_id=number, digest=digest, by=SECOND, now=at)


def stage_at(
    engine: Engine, at: datetime, *, network: Network = Network.INTERNET,
    kind: SpoofKind | None = SpoofKind.EXACT_DOMAIN,
) -> Stage:  # fmt: skip
    with read_only(engine) as session:
        policy = get_spoof_policy(session, authserv_id="mx.nhs.net", now=at)
    return choose_stage(policy.stage_rows, network=network, kind=kind, at=at).stage


def test_a_new_service_tags_on_both_networks_and_goes_no_further(board: Engine) -> None:
    for network in Network:
        assert stage_at(board, NOW, network=network) is Stage.TAG
    with unit_of_work(board) as session:
        assert enter_preset_stages(session, by="system:test", now=NOW) == 0


def test_an_approved_stage_holds_from_its_instant_on_its_network_alone(board: Engine) -> None:
    number, digest = propose(board, junk())
    assert stage_at(board, SOON) is Stage.TAG

    approve(board, number, digest)

    assert stage_at(board, SOON - timedelta(microseconds=1)) is Stage.TAG
    assert stage_at(board, SOON) is Stage.JUNK
    assert stage_at(board, SOON, network=Network.HSCN) is Stage.TAG
    assert stage_at(board, SOON, kind=SpoofKind.LOOKALIKE) is Stage.TAG


def test_a_kind_goes_beyond_the_tag_by_an_approved_row_of_its_own(board: Engine) -> None:
    number, digest = propose(board, junk(kind=SpoofKind.LOOKALIKE))
    approve(board, number, digest)

    assert stage_at(board, SOON, kind=SpoofKind.LOOKALIKE) is Stage.JUNK
    assert stage_at(board, SOON) is Stage.TAG


def test_nobody_approves_their_own_and_nobody_does_at_the_command_line(board: Engine) -> None:
    number, digest = propose(board, junk())
    for by in (NATIONAL, operator("spoof approve")):
        with pytest.raises(SpoofError, match="Somebody else"), unit_of_work(board) as session:
            approve_stage(session, stage_id=number, digest=digest, by=by, now=NOW)
    with pytest.raises(RefusedError), unit_of_work(board) as session:
        approve_stage(session, stage_id=number, digest=digest, by=administrator("RX1"), now=NOW)


def test_an_approval_is_bound_to_what_was_shown(board: Engine) -> None:
    number, digest = propose(board, junk())
    with pytest.raises(SpoofError, match="not what you were shown"):
        approve(board, number, "0" * 64)
    with unit_of_work(board) as session:
        session.execute(
            update(SpoofStage).where(SpoofStage.stage_id == number).values(stage=Stage.DELETE)
        )
    with pytest.raises(SpoofError, match="not what you were shown"):
        approve(board, number, digest)


def test_a_rehearsal_grows_stale_and_a_decision_is_made_once(board: Engine) -> None:
    number, digest = propose(board, junk())
    with pytest.raises(SpoofError, match="older than 72 hours"):
        approve(board, number, digest, at=NOW + timedelta(hours=73))
    approve(board, number, digest)
    with pytest.raises(SpoofError, match="not proposed"):
        approve(board, number, digest)


def test_a_beginning_that_has_passed_is_the_moment_of_the_approval(board: Engine) -> None:
    number, digest = propose(board, junk(from_at=NOW + timedelta(hours=1)))
    later = NOW + timedelta(hours=5)

    approve(board, number, digest, at=later)

    assert stage_at(board, later - timedelta(seconds=1)) is Stage.TAG
    assert stage_at(board, later) is Stage.JUNK


def test_a_date_to_be_confirmed_holds_nothing_until_another_row_confirms_it(
    board: Engine,
) -> None:
    number, digest = propose(board, junk(from_at=None))
    approve(board, number, digest)
    assert stage_at(board, SOON) is Stage.TAG

    dated, digest = propose(board, junk(replaces=number))
    approve(board, dated, digest)

    assert stage_at(board, SOON) is Stage.JUNK
    with read_only(board) as session:
        assert session.get_one(SpoofStage, number).state == "moved"


def test_one_person_rolls_back_at_once_and_what_held_before_holds_again(board: Engine) -> None:
    number, digest = propose(board, junk())
    approve(board, number, digest)
    then = SOON + timedelta(days=1)
    with unit_of_work(board) as session:
        roll_back_stage(
            session, stage_id=number, why="Reminders of a clinic", by=NATIONAL, now=then
        )

    assert stage_at(board, then - timedelta(seconds=1)) is Stage.JUNK
    assert stage_at(board, then) is Stage.TAG
    with pytest.raises(SpoofError, match="nothing to roll back"), unit_of_work(board) as session:
        roll_back_stage(session, stage_id=number, why="Again", by=NATIONAL, now=then)


def test_one_person_puts_a_date_off_and_never_brings_it_forward(board: Engine) -> None:
    number, digest = propose(board, junk())
    approve(board, number, digest)

    def move(to: datetime | None, *, at: datetime = NOW) -> None:
        with unit_of_work(board) as session:
            postpone_stage(
                session, stage_id=number, from_at=to, why="Suppliers ask", by=NATIONAL, now=at
            )

    with pytest.raises(SpoofError, match="two people"):
        move(SOON - timedelta(hours=1))
    move(SOON + timedelta(days=7))
    assert stage_at(board, SOON) is Stage.TAG
    move(None)
    assert stage_at(board, SOON + timedelta(days=30)) is Stage.TAG
    with pytest.raises(SpoofError, match="not known"):
        move(SOON + timedelta(days=60))


def test_what_has_not_begun_is_withdrawn_and_what_has_is_rolled_back(board: Engine) -> None:
    number, digest = propose(board, junk())
    approve(board, number, digest)
    with pytest.raises(SpoofError, match="Roll it back"), unit_of_work(board) as session:
        withdraw_stage(session, stage_id=number, why="No", by=NATIONAL, now=SOON)
    with unit_of_work(board) as session:
        withdraw_stage(session, stage_id=number, why="No", by=NATIONAL, now=NOW)

    assert stage_at(board, SOON) is Stage.TAG


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "  "}, "Say why"),
        ({"action": Action.REJECT}, "Only the delete stage"),
        ({"stage": Stage.DELETE, "action": Action.JUNK}, "Only the delete stage"),
        ({"from_at": NOW - timedelta(hours=1)}, "in the past"),
        ({"to_at": SOON}, "after the beginning"),
        ({"from_at": None, "to_at": SOON}, "after the beginning"),
    ],
)
def test_a_proposal_that_cannot_be_says_why(
    board: Engine, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(SpoofError, match=words):
        propose(board, junk(**changes))


def test_the_delete_stage_may_reject_instead(board: Engine) -> None:
    number, digest = propose(board, junk(stage=Stage.DELETE, action=Action.REJECT))
    approve(board, number, digest)

    with read_only(board) as session:
        policy = get_spoof_policy(session, authserv_id="mx", now=SOON)
    held = choose_stage(
        policy.stage_rows, network=Network.INTERNET, kind=SpoofKind.EXACT_DOMAIN, at=SOON
    )
    assert (held.stage, held.action) == (Stage.DELETE, Action.REJECT)


def test_the_version_tells_one_policy_from_the_next(board: Engine) -> None:
    def version() -> str:
        with read_only(board) as session:
            return get_spoof_policy(session, authserv_id="mx", now=NOW).version

    before = version()
    number, digest = propose(board, junk())
    proposed = version()
    approve(board, number, digest)

    assert before == proposed
    assert version() != before
