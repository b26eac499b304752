"""From `lamppost run` to its ready line, the second time, in starts of a bare interpreter.

Seconds depend on the machine, so the figure is a ratio; the seconds are printed beside it.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import Figure
from sample_site import sample_data
from servers import free_port

ROUNDS = 5
TARGET_S = 3.0


def start(data: Path) -> float:
    """Seconds to the ready line."""
    environment = {
        **os.environ,
        "LAMPPOST_DATA": str(data),
        "LAMPPOST_PORT": str(free_port()),
        "LAMPPOST_RELAY_PORTS": ",".join(str(free_port()) for _ in range(4)),
    }
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "lamppost", "run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        if child.stdout is None or not any("ready" in line for line in child.stdout):
            raise SystemExit("lamppost run never was ready")
        took = time.perf_counter() - began
        child.send_signal(signal.SIGTERM)
    return took


def main() -> list[Figure]:
    """Measure and give the figure."""
    with tempfile.TemporaryDirectory() as folder:
        data = sample_data(Path(folder))
        start(data)
        seconds = statistics.median(start(data) for _ in range(ROUNDS))
    return [
        Figure(f"second start, seconds ({seconds:.2f}) / {TARGET_S}", seconds / TARGET_S, at_most=1)
    ]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
