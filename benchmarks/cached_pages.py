"""Cached pages and feeds under granian against nginx serving the same bytes, on one core.

Method: the server pinned to core 0, wrk with 16 connections pinned to core 1, targets visited in
turn, medians over the rounds.
"""

import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from figures import Figure
from sample_site import sample_data
from servers import need, running_nginx, running_site

ROUNDS = 5
SECONDS = 2
PAGES = {
    "home.html": "/",
    "bulletin.html": "/bulletins/2018-04-09/",
    "status.html": "/status/",
    "feed.html": "/bulletins/feed.atom",
}
RANDOM = """
math.randomseed(42)
request = function()
  return wrk.format("GET", "{path}?x" .. math.random(1e9) .. "=" .. math.random(1e9))
end
"""


def rate(address: str, script: Path | None = None, headers: tuple[str, ...] = ()) -> float:
    """Requests a second."""
    words = ["taskset", "-c", "1", need("wrk", "wrk"), "-t1", "-c16", f"-d{SECONDS}s"]
    words += [f"-H{header}" for header in headers]
    words += ["-s", str(script)] if script else []
    printed = subprocess.run([*words, address], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in printed:
        raise SystemExit(f"{address} did not answer 200: {printed}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    return float(found.group(1)) if found else 0.0


def main() -> list[Figure]:
    """Measure and give the figures."""
    need("nginx", "nginx"), need("wrk", "wrk")
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        data = sample_data(top / "data")
        with running_site(data) as site:
            bodies = {
                name: requests.get(site + path, timeout=30).content for name, path in PAGES.items()
            }
            (top / "nginx").mkdir()
            top.chmod(0o755)
            with running_nginx(top / "nginx", bodies) as nginx:
                return [*against_nginx(site, nginx), random_argument(site, top)]


def against_nginx(site: str, nginx: str) -> list[Figure]:
    """Each page from both servers in turn."""
    ratios: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(ROUNDS):
        for name, path in PAGES.items():
            theirs, ours = rate(f"{nginx}/{name}"), rate(site + path)
            ratios[name].append(ours / theirs)
    return [
        Figure(
            f"cached {PAGES[name]} / nginx, requests a second",
            statistics.median(values),
            at_least=0.4,
        )
        for name, values in ratios.items()
    ]


def random_argument(site: str, folder: Path) -> Figure:
    """The same page with a random unknown argument on every request."""
    path = PAGES["bulletin.html"]
    script = folder / "random.lua"
    script.write_text(RANDOM.format(path=path))
    slower = [rate(site + path) / rate(site + path, script) for _ in range(ROUNDS)]
    return Figure(
        "cached page / the same with a random argument", statistics.median(slower), at_most=20
    )


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
