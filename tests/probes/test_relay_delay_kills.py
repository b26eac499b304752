"""Whatever happens to mail and process, no mail is forgotten and nothing is counted twice."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lamppost.clock import FixedClock
from probes.reading import Outcome
from simulated_post import Fate, Simulation

START = datetime(2018, 4, 9, 7, 30, tzinfo=UTC)
DAY_S = 86_400
DELAY = st.floats(0, 3000)

FATES = st.builds(
    Fate,
    wait_s=st.floats(1, 900),
    delays=st.lists(DELAY, max_size=3).map(tuple),
    answer=st.sampled_from(["accepted", "accepted", "refused", "silent"]),
    kill_at=st.integers(0, 18),
)


def played(fates: list[Fate]) -> Simulation:
    """The script played to its end: time enough passes for every mail to come or be given up."""
    simulation = Simulation(FixedClock(START))
    for fate in fates:
        simulation.run(fate)
    for wait_s in (1000, 3000, DAY_S):
        simulation.run(Fate(wait_s=wait_s, answer="refused"))
    return simulation


@given(st.lists(FATES, max_size=12))
def test_no_mail_is_forgotten(fates: list[Fate]) -> None:
    journal = played(fates).journal
    assert not journal.pending()
    for token in journal.tokens():
        assert journal.stored.keys() & {token, f"lost:{token}", f"interrupted:{token}"}


@given(st.lists(FATES, max_size=12))
def test_no_reading_is_stored_twice(fates: list[Fate]) -> None:
    offered = played(fates).offered
    assert len(offered) == len(set(offered))


@given(st.lists(FATES, max_size=12))
def test_mail_that_was_taken_and_came_has_its_delay(fates: list[Fate]) -> None:
    simulation = played(fates)
    for token, (_, fate) in simulation.handed_in.items():
        reading = simulation.journal.stored.get(token)
        if reading is None:
            is_unknown = f"interrupted:{token}" in simulation.journal.stored
            assert not fate.delays or is_unknown
        else:
            assert reading.outcome is Outcome.OK
            assert reading.value is not None
            assert min(fate.delays) <= reading.value + 0.01


@given(st.lists(FATES, max_size=12))
def test_mail_the_relay_took_and_lost_is_failed_once(fates: list[Fate]) -> None:
    simulation = played(fates)
    stored = simulation.journal.stored
    for token, (_, fate) in simulation.handed_in.items():
        if not fate.delays:
            assert token not in stored
            assert stored.keys() & {f"lost:{token}", f"interrupted:{token}"}
