"""Starts what is measured: the site on one core, nginx over the same bytes on the same core."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import requests

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000; default_type text/html; sendfile on;
  tcp_nopush on;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; etag on; }} }}
"""


def free_port() -> int:
    """A port nobody has."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def need(program: str, package: str) -> str:
    """The path of a program, or the end of the benchmark with a sentence."""
    found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")
    if found is None:
        raise SystemExit(f"not run: {program} is missing (apt-get install {package})")
    return found


def wait_for(address: str) -> None:
    """Return when an address answers."""
    for _ in range(200):
        try:
            requests.get(address, timeout=1)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{address} did not answer")


@contextmanager
def running_site(data: Path) -> Iterator[str]:
    """The site on core 0, its database in `data`, already filled; gives its address."""
    port = free_port()
    environment = {**os.environ, "LAMPPOST_DATA": str(data), "LAMPPOST_PORT": str(port)}
    child = subprocess.Popen(
        ["taskset", "-c", "0", sys.executable, "-m", "lamppost", "web"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz")
        yield address
    finally:
        child.terminate()
        child.wait()


@contextmanager
def running_nginx(folder: Path, files: dict[str, bytes]) -> Iterator[str]:
    """Debian's nginx on core 0 over these files; gives its address."""
    (folder / "www").mkdir()
    folder.chmod(0o755)
    for name, body in files.items():
        (folder / "www" / name).write_bytes(body)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    child = subprocess.Popen(
        ["taskset", "-c", "0", need("nginx", "nginx"), "-c", str(folder / "nginx.conf")],
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/{next(iter(files))}")
        yield address
    finally:
        child.terminate()
        child.wait()
