"""Where probes and log disagree: one proposal for one storm, and a word about green probes."""

from datetime import datetime, timedelta

import pytest

from lamppost.status.actions import add_change
from lamppost.status.hssis.proposals import (
    dismiss_proposal,
    get_proposal,
    list_proposals,
    raise_proposal,
)
from lamppost.status.hssis.texts import HssiError
from lamppost.status.watching import list_disagreements, watch
from status_desk import ANN, BEN, DAY, HOUR, MINUTE, Desk, a_text
from status_rows import NINE, run_of, storing

STEP = timedelta(minutes=5)
BAD = "FFF"


def see(desk: Desk, letters: str, *, component: str = "c0", start: datetime = NINE) -> None:
    storing(desk.engine)(
        run_of(letters, start=start), probe=component, now=start + len(letters) * STEP
    )


def look(desk: Desk, now: datetime) -> bool:
    """Whether a new proposal was made."""
    with desk.writing() as session:
        return watch(session, now=now) is not None


def test_red_without_an_hssi_is_proposed_once_it_has_lasted(each_desk: Desk) -> None:
    desk = each_desk
    see(desk, BAD)
    assert not look(desk, NINE + 9 * MINUTE)
    assert look(desk, NINE + 12 * MINUTE)

    found = desk.ask(get_proposal)

    assert found is not None
    assert (found.components, found.red_since) == (("c0",), NINE)
    assert "Component 0: outage since 9 April 2018" in found.evidence
    assert "the relay refused the connection" in found.evidence.lower()


def test_a_storm_makes_one_proposal_that_grows(desk: Desk) -> None:
    see(desk, BAD)
    assert look(desk, NINE + 12 * MINUTE)
    for component in ("c1", "c2"):
        see(desk, BAD, component=component, start=NINE + 5 * MINUTE)
    for minutes in range(13, 19):
        assert not look(desk, NINE + minutes * MINUTE)

    found = desk.ask(get_proposal)

    assert found is not None
    assert found.components == ("c0", "c1", "c2")
    assert len(desk.ask(list_proposals)) == 1


def test_a_storm_in_gusts_is_the_same_proposal_again(desk: Desk) -> None:
    see(desk, BAD)
    look(desk, NINE + 12 * MINUTE)
    see(desk, "SSS", start=NINE + 15 * MINUTE)
    look(desk, NINE + 26 * MINUTE)
    assert desk.ask(get_proposal) is None
    see(desk, BAD, start=NINE + 30 * MINUTE)
    look(desk, NINE + 42 * MINUTE)

    assert len(desk.ask(list_proposals)) == 1
    assert desk.ask(get_proposal) is not None


def test_another_day_is_another_proposal(desk: Desk) -> None:
    see(desk, BAD)
    look(desk, NINE + 12 * MINUTE)
    see(desk, "SSS", start=NINE + 15 * MINUTE)
    look(desk, NINE + 26 * MINUTE)
    see(desk, BAD, start=NINE + DAY)
    look(desk, NINE + DAY + 12 * MINUTE)

    assert len(desk.ask(list_proposals)) == 2


def test_one_click_raises_it_with_the_evidence_from_when_it_turned_red(each_desk: Desk) -> None:
    desk = each_desk
    see(desk, BAD)
    now = NINE + 12 * MINUTE
    look(desk, now)
    found = desk.ask(get_proposal)
    assert found is not None
    text = a_text(summary=found.evidence)
    given = {"proposal_id": found.proposal_id, "ref": "INC1", "text": text, "now": now}
    desk.do(raise_proposal, **given)

    hssi = desk.public()

    assert (hssi.origin, hssi.raised_at) == ("probe", NINE)
    assert hssi.updates[0].summary == found.evidence
    assert desk.ask(get_proposal) is None
    assert not look(desk, now + MINUTE)
    with pytest.raises(HssiError, match="no longer waits"):
        desk.do(raise_proposal, **{**given, "ref": "INC2", "by": BEN})


@pytest.mark.parametrize("components", [("c0",), ()])
def test_an_open_hssi_covers_its_components_and_one_without_any_covers_all(
    desk: Desk, components: tuple[str, ...]
) -> None:
    desk.put_up(a_text(components=components))
    see(desk, BAD)

    assert not look(desk, NINE + HOUR / 6)


def test_what_was_dismissed_stays_so_until_it_was_good_in_between(desk: Desk) -> None:
    see(desk, BAD)
    look(desk, NINE + 12 * MINUTE)
    found = desk.ask(get_proposal)
    assert found is not None
    given = {"proposal_id": found.proposal_id, "by": ANN, "now": NINE + 13 * MINUTE}
    desk.do(dismiss_proposal, **given)
    assert not look(desk, NINE + 14 * MINUTE)

    see(desk, "SSS", start=NINE + 15 * MINUTE)
    see(desk, BAD, start=NINE + 30 * MINUTE)

    assert look(desk, NINE + 42 * MINUTE)


def test_a_planned_change_silences_the_proposal_and_not_the_measurement(desk: Desk) -> None:
    with desk.writing() as session:
        add_change(
            session, ref="CHG1", title="Work", starts_at=NINE, ends_at=NINE + HOUR,
            components=("c0",), has_impact=True, now=NINE,
        )  # fmt: skip
    see(desk, BAD)

    assert not look(desk, NINE + 12 * MINUTE)


def test_an_open_hssi_whose_probes_are_green_is_put_before_the_operators(desk: Desk) -> None:
    desk.put_up()
    see(desk, "SSSSSSSSS")

    assert desk.ask(list_disagreements, now=NINE + 29 * MINUTE) == []
    (one,) = desk.ask(list_disagreements, now=NINE + 41 * MINUTE)
    assert (one.ref, "good for" in one.words) == ("INC1", True)
    assert desk.public().is_open
