"""A mailbox out of reach says nothing of the relay; a relay that lets nobody in is down."""

import socket
from contextlib import closing
from pathlib import Path

from lamppost.clock import SystemClock
from lamppost.worker.relay.running import PracticeRelay
from memory_journal import MemoryJournal
from probes.reading import JsonValue, Levels, Outcome, Reading, Target
from probes.relay_delay import probe


def _closed_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _look(smtp_port: int, imap_port: int, password: str) -> Reading:
    (reading,) = _run(smtp_port, imap_port, password, MemoryJournal())
    return reading


def _run(
    smtp_port: int, imap_port: int, password: str, journal: MemoryJournal
) -> tuple[Reading, ...]:
    options: dict[str, JsonValue] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "mail_from": "probe@practice.test",
        "rcpt_to": "incoming@practice.test",
        "mailbox": "imap",
        "imap_host": "127.0.0.1",
        "imap_port": imap_port,
        "user": "incoming",
        "password": password,
        "poll_s": 0.2,
    }
    target = Target("incoming", options, Levels(60, 45, 900))
    result = probe(target, journal, timeout=5, clock=SystemClock())
    journal.store(result.readings)
    return result.readings


def test_relay_and_mailbox_both_dead_is_a_failure_of_the_relay() -> None:
    reading = _look(_closed_port(), _closed_port(), "x")

    assert reading.outcome is Outcome.FAILED
    assert "The relay cannot be reached" in str(reading.detail["text"])


def test_a_dead_mailbox_behind_a_living_relay_is_unknown(tmp_path: Path) -> None:
    with PracticeRelay(tmp_path) as relay:
        reading = _look(relay.ports.smtp, _closed_port(), "x")

    assert reading.outcome is Outcome.UNKNOWN


def test_an_expired_password_of_the_probe_is_unknown_not_down(tmp_path: Path) -> None:
    with PracticeRelay(tmp_path) as relay:
        reading = _look(relay.ports.smtp, relay.ports.imap, "expired")

    assert reading.outcome is Outcome.UNKNOWN


def test_a_run_that_finds_nothing_yet_still_says_that_it_looked(tmp_path: Path) -> None:
    journal = MemoryJournal()
    with PracticeRelay(tmp_path) as relay:
        relay.set("incoming", delay_s=60.0)
        password = relay.password("incoming")
        first = _run(relay.ports.smtp, relay.ports.imap, password, journal)
        second = _run(relay.ports.smtp, relay.ports.imap, password, journal)

    assert first == ()
    assert [reading.detail.get("at_least") for reading in second] == [True]
    assert second[0].outcome is Outcome.OK
