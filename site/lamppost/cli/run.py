"""`lamppost run`: site, worker and practice relay from one command."""

import os
import signal
import socket
import subprocess  # nosec B404 - its own commands
import sys
import threading
import time
from contextlib import closing

import click
import requests

from lamppost.cli.context import open_engine, settings_or_stop
from lamppost.cli.storage import prepare_database
from lamppost.clock import SystemClock
from lamppost.settings import RelayPorts, Settings

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 4.0


@click.command()
def command() -> None:
    """Prepare the database, load the sample on first run, start everything, say when it answers."""
    settings = settings_or_stop()
    if _is_taken(settings.host, settings.port):
        click.echo(f"Port {settings.port} is taken. Choose another: make run PORT=8001", err=True)
        raise SystemExit(1)
    _prepare(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = _start(settings)
    try:
        code = _watch(children, settings, stop)
    finally:
        _stop(children)
    raise SystemExit(code)


def _prepare(settings: Settings) -> None:
    engine = open_engine(settings)
    prepare_database(engine, SystemClock())
    # Later starts leave the folder of bulletins to the worker, and are ready sooner.
    if settings.demonstration and not (settings.data / "sample" / "loaded").exists():
        from lamppost.sample.load import load_sample_once  # noqa: PLC0415 - only the first time

        load_sample_once(engine, settings, SystemClock(), click.echo)
    engine.dispose()


def _start(settings: Settings) -> dict[str, subprocess.Popen[bytes]]:
    ports = _free_relay_ports(settings)
    environment = {
        **os.environ,
        "LAMPPOST_DATA": str(settings.data.resolve()),
        "LAMPPOST_RELAY_PORTS": ",".join(str(port) for port in ports),
    }
    if settings.smtp_url is None and not settings.is_production:
        # All mail, whoever it is for, lands in one Maildir of the practice relay.
        mailbox = "all-to=post@practice.test"
        environment["LAMPPOST_SMTP_URL"] = f"smtp://127.0.0.1:{ports.smtp}?{mailbox}"
    relay = [f"--{name}-port={port}" for name, port in ports._asdict().items()]
    commands = {"practice relay": ["relay", *relay], "worker": ["worker"], "site": ["web"]}
    return {
        name: subprocess.Popen(  # nosec B603 # noqa: S603 - our own command
            [sys.executable, "-m", "lamppost", "--tied", *words],
            env=environment,
            # Held open as long as this process lives, and no longer.
            stdin=subprocess.PIPE,
            # A group of its own: Ctrl-C reaches this process only, which stops them in order.
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        for name, words in commands.items()
    }


def _free_relay_ports(settings: Settings) -> RelayPorts:
    """The relay's usual ports, or free ones in place of those another instance has."""
    return RelayPorts(
        *(
            _any_free_port() if _is_taken("127.0.0.1", port) else port
            for port in settings.relay_ports
        )
    )


def _any_free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_taken(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _watch(
    children: dict[str, subprocess.Popen[bytes]], settings: Settings, stop: threading.Event
) -> int:
    """Say when the site answers, then wait. The site's end is everybody's end; others are told of.

    A dead worker is not started again here: the page turns grey, which is the truth, and a service
    manager is the one to restart it (deploy/).
    """
    address = f"http://{settings.host}:{settings.port}"
    began, ready, gone = time.monotonic(), False, set[str]()
    while not stop.wait(0.1 if not ready else 0.5):
        if not ready and _answers(address):
            ready = True
            click.echo(f"Lamppost is ready on {address}")
            sys.stdout.flush()
        if not ready and time.monotonic() - began > READY_WITHIN_S:
            click.echo(f"The site did not answer within {READY_WITHIN_S:.0f} seconds.", err=True)
            return 1
        for name, child in children.items():
            if child.poll() is not None and name not in gone:
                gone.add(name)
                click.echo(f"The {name} has stopped (exit {child.returncode}).", err=True)
        if "site" in gone:
            return 1
    return 0


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/", timeout=2).status_code == 200  # noqa: PLR2004 - OK
    except requests.RequestException:
        return False


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + STOP_WITHIN_S
    for child in children.values():
        try:
            child.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin is not None:
            child.stdin.close()
