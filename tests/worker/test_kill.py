"""A killed worker loses no expected mail and doubles no reading."""

from pathlib import Path

import pytest

from killing import arrivals, journal, kill_worker, mailed, settle
from live import living

PROBES = Path(__file__).parents[1] / "browser" / "quick_probes.toml"


def _kill_and_compare(folder: Path, times: int) -> None:
    with living(folder, "relay", probes_file=PROBES) as lamppost:
        kill_worker(lamppost, times, seed=times)
        sent = settle(lamppost)
        delivered, seen, expected = mailed(lamppost), arrivals(lamppost), journal(lamppost)

    assert len(sent) >= times
    assert delivered <= set(expected), "a mail left that the journal does not know"
    assert sent <= set(seen), "a mail was delivered and never seen"
    assert {token for token, count in seen.items() if count > 1} == set()
    settled = {token for token, state in expected.items() if state == "settled"}
    unseen = settled - set(seen) - delivered
    assert unseen == set(), "settled, and yet never delivered"


@pytest.mark.timeout(400)
def test_twenty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    _kill_and_compare(tmp_path, 20)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_fifty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    _kill_and_compare(tmp_path, 50)
