"""A whole Lamppost in processes of its own, in a folder of its own: what journeys talk to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

PORTS = ("smtp", "imap", "http", "tls")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(question: Callable[[], bool], *, within_s: float, what: str) -> None:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if question():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {within_s} seconds: {what}")


@dataclass
class Lamppost:
    """Site, worker and practice relay, each startable and killable by itself."""

    folder: Path
    probes_file: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relay_ports = {name: free_port() for name in PORTS}
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("LAMPPOST_")},
            "LAMPPOST_DATA": str(self.folder),
            "LAMPPOST_PORT": str(self.port),
            "LAMPPOST_BASE_URL": self.address,
            "LAMPPOST_RELAY_PORTS": ",".join(str(port) for port in self.relay_ports.values()),
            **({"LAMPPOST_PROBES_FILE": str(self.probes_file)} if self.probes_file else {}),
            **self.environment,
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lamppost", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )

    def start(self, name: str) -> None:
        words = [name]
        if name == "relay":
            words += [f"--{kind}-port={port}" for kind, port in self.relay_ports.items()]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", "lamppost", *words],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        if name == "web":
            wait_until(self.answers, within_s=120, what="the site answers")

    def kill(self, name: str) -> None:
        child = self.children.pop(name)
        child.send_signal(signal.SIGKILL)
        child.wait()

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def status(self) -> Any:
        return json.loads(self.command("status", "show", "--json").stdout)

    def stop(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextmanager
def living(folder: Path, *parts: str, probes_file: Path | None = None) -> Iterator[Lamppost]:
    """A Lamppost with these parts running: over the sample, or over probes alone."""
    made = Lamppost(folder, probes_file)
    made.command("db", "upgrade")
    if probes_file is None:
        made.command("sample", "load")
    try:
        for part in parts:
            made.start(part)
        yield made
    finally:
        made.stop()
