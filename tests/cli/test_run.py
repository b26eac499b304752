"""One command starts everything, says when it answers, and stops everything."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from live import PORTS, free_port, wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    port = free_port()
    return {
        **os.environ,
        "LAMPPOST_DATA": str(tmp_path_factory.mktemp("run") / "var"),
        "LAMPPOST_PORT": str(port),
        "LAMPPOST_BASE_URL": f"http://127.0.0.1:{port}",
        "LAMPPOST_RELAY_PORTS": ",".join(str(free_port()) for _ in PORTS),
    }


def _start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lamppost", "run"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _ready_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return next((line for line in child.stdout if "ready" in line), "")


@pytest.fixture(scope="module")
def run(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Everything, from an empty folder."""
    child = _start(environment)
    yield child
    # Killed, it could not stop what it started.
    child.terminate()
    child.wait(30)
    assert child.stdout is not None
    child.stdout.close()


def test_it_says_when_it_answers(run: subprocess.Popen[str], environment: dict[str, str]) -> None:
    address = environment["LAMPPOST_BASE_URL"]

    assert _ready_line(run) == f"Lamppost is ready on {address}\n"
    assert requests.get(f"{address}/", timeout=5).status_code == 200


def test_a_taken_port_is_told_of(run: subprocess.Popen[str], environment: dict[str, str]) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "lamppost", "run"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.poll() is None
    assert second.returncode == 1
    assert "is taken" in second.stderr


def test_it_stops_within_five_seconds(
    run: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    began = time.monotonic()
    run.send_signal(signal.SIGTERM)
    assert run.wait(10) == 0
    assert time.monotonic() - began < 5
    with pytest.raises(requests.ConnectionError):
        requests.get(environment["LAMPPOST_BASE_URL"], timeout=2)


def test_killed_it_leaves_nobody_behind(environment: dict[str, str]) -> None:
    child = _start(environment)
    assert _ready_line(child)
    started = _list_children(child.pid)
    assert len(started) == 3

    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()

    wait_until(
        lambda: not any(_lives(pid) for pid in started), within_s=15, what="all three have ended"
    )
    with pytest.raises(requests.ConnectionError):
        requests.get(environment["LAMPPOST_BASE_URL"], timeout=2)


def _list_children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    """Whether it runs; who has ended and waits to be asked for how does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
