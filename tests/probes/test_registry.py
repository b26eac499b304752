"""Whatever a probe does, its run gives a reading."""

from lamppost.clock import FixedClock
from memory_journal import MemoryJournal
from probes.reading import Outcome, Target
from probes.registry import PROBES


class BrokenJournal(MemoryJournal):
    """A journal whose memory is out of reach."""

    def get_state(self, key: str) -> str | None:
        raise RuntimeError(key)


def test_a_probe_that_breaks_greys_its_own_light(clock: FixedClock) -> None:
    target = Target("log", {"source": "x"})

    (reading,) = PROBES["hssi_log"](target, BrokenJournal(), timeout=1, clock=clock).readings

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.UNKNOWN, "broken")


def test_options_that_make_no_sense_grey_the_light(clock: FixedClock) -> None:
    target = Target("mail", {"host": "", "password": "hunter2"})

    (reading,) = PROBES["smtp"](target, MemoryJournal(), timeout=1, clock=clock).readings

    assert (reading.outcome, reading.detail["reason"]) == (Outcome.UNKNOWN, "target")
    assert "hunter2" not in str(reading.detail)
