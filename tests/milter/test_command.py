"""`lamppost milter` as a process: both kinds of socket, its failure setting, an orderly end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from lamppost.cli import root
from lamppost.database import unit_of_work
from lamppost.settings import Settings, SettingsError, load_settings
from live import free_port, wait_until
from milter_client import MilterClient
from postmaster.spoofing.policy_reads import enter_preset_stages
from postmaster.spoofing.sightings import read_sighting

HEADERS = [(b"From", b" clinic@nhs.net"), (b"Subject", b" Hello")]


@pytest.fixture
def running(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str, int]]:
    from lamppost.clock import SystemClock  # noqa: PLC0415 - only the process's clock

    with unit_of_work(sqlite_engine) as session:
        enter_preset_stages(session, by="system:test", now=SystemClock().now())
    zones = tmp_path / "zones.json"
    zones.write_text(json.dumps({"nhs.net": [{"TXT": "v=spf1 -all"}]}))
    path, port = str(tmp_path / "m.sock"), free_port()
    words = ["milter", "--socket", f"unix:{path}", "--socket", f"inet:127.0.0.1:{port}",
             "--socket-mode", "600", "--dns", str(zones)]  # fmt: skip
    environment = {**os.environ, "LAMPPOST_DATA": str(settings.data)}
    with subprocess.Popen([sys.executable, "-m", "lamppost", *words], env=environment) as process:
        wait_until(lambda: Path(path).exists(), within_s=60, what="the milter listens")
        yield process, path, port
        process.kill()


def test_it_serves_both_sockets_and_ends_in_order(
    running: tuple[subprocess.Popen[bytes], str, int], settings: Settings
) -> None:
    process, path, port = running
    assert Path(path).stat().st_mode & 0o777 == 0o600
    for address in (path, ("127.0.0.1", port)):
        with MilterClient(address) as client:
            client.connect()
            reply = client.message(HEADERS)
            assert reply.final == b"c"
            assert reply.inserted(b"X-Lamppost-Verdict")[0].startswith(b"spoof")
            assert reply.body.startswith(b"--- This message was sent from an email address")

    process.send_signal(signal.SIGTERM)

    assert process.wait(15) == 0
    assert not Path(path).exists()
    kept = sorted((settings.data / "milter/spool").glob("*.json"))
    assert [read_sighting(one.read_text()).claimed for one in kept] == ["clinic@nhs.net"] * 2


@pytest.mark.parametrize(
    "words", [["--socket", "tcp:1"], ["--socket-mode", "777"], ["--dns", "nowhere.json"]]
)
def test_what_cannot_be_listened_on_is_a_mistake_of_use(
    words: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPPOST_DATA", str(settings.data))

    answer = CliRunner().invoke(root, ["milter", *words])

    assert answer.exit_code == 2


@pytest.mark.parametrize(
    ("name", "value"), [("MILTER_FAILURE", "accept"), ("AUTHSERV_ID", "two words; dmarc=pass")]
)
def test_settings_that_would_let_mail_through_or_forge_are_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({f"LAMPPOST_{name}": value})
