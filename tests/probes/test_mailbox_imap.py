"""The delay probe's mailbox over the practice relay's real IMAP."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lamppost.clock import SystemClock
from lamppost.worker.relay.running import PracticeRelay
from live import free_port
from memory_journal import MemoryJournal
from probes.imap_mailbox import open_imap, read_fetch
from probes.reading import JsonValue, Levels, Outcome, Reading, Target
from probes.relay_delay import probe
from probes.service import Service
from relay_stage import only

Look = Callable[..., tuple[Reading, ...]]


@pytest.fixture(scope="module")
def shared_relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeRelay]:
    with PracticeRelay(tmp_path_factory.mktemp("relay")) as made:
        yield made


@pytest.fixture
def relay(shared_relay: PracticeRelay) -> PracticeRelay:
    shared_relay.reset()
    return shared_relay


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def look(relay: PracticeRelay, journal: MemoryJournal) -> Look:
    """Run the probe against the practice relay, stored."""

    def run(*, timeout: float = 5, **changed: JsonValue) -> tuple[Reading, ...]:
        options: dict[str, JsonValue] = {
            "smtp_host": relay.host,
            "smtp_port": relay.ports.smtp,
            "mail_from": "probe@practice.test",
            "rcpt_to": "incoming@practice.test",
            "mailbox": "imap",
            "imap_host": relay.host,
            "imap_port": relay.ports.imap,
            "user": "incoming",
            "password": relay.password("incoming"),
            "trusted_hosts": ["relay.practice.test"],
            **changed,
        }
        target = Target("incoming", options, Levels(60, 30, 600))
        readings = probe(target, journal, timeout=timeout, clock=SystemClock()).readings
        journal.store(readings)
        return readings

    return run


def test_mail_is_found_by_imap_soon_after_it_was_sent(look: Look) -> None:
    reading = only(look())
    assert reading.value is not None
    assert 0 <= reading.value < 3
    assert reading.detail["folder"] == "INBOX"


def test_the_junk_folder_is_searched_too(relay: PracticeRelay, look: Look) -> None:
    relay.set("incoming", junk=True)
    assert only(look()).detail["junk"] is True


def test_a_search_index_that_lags_delays_nothing(relay: PracticeRelay, look: Look) -> None:
    relay.set("incoming", index_lag_s=600.0)
    assert only(look()).outcome is Outcome.OK


def test_mangled_mail_is_found_by_imap(relay: PracticeRelay, look: Look) -> None:
    relay.set("incoming", mangle=True)
    assert only(look()).outcome is Outcome.OK


def test_a_refused_sign_in_greys_the_probe_and_nothing_is_sent(
    relay: PracticeRelay, look: Look, journal: MemoryJournal
) -> None:
    relay.set("default", imap_refuse_login=True)
    reading = only(look(), Outcome.UNKNOWN)
    assert reading.detail["reason"] == "login-refused"
    assert "has the probe's password run out?" in str(reading.detail["words"])
    assert not journal.tokens()


def test_a_closed_imap_port_greys_the_probe(look: Look, journal: MemoryJournal) -> None:
    reading = only(look(imap_port=free_port()), Outcome.UNKNOWN)
    assert reading.detail["reason"] == "mailbox"
    assert not journal.tokens()


def test_a_mailbox_that_keeps_us_waiting_is_left_in_time(
    relay: PracticeRelay, look: Look, journal: MemoryJournal
) -> None:
    relay.set("incoming", drip=True)
    started = time.monotonic()
    only(look(timeout=2), Outcome.UNKNOWN)
    assert time.monotonic() - started < 2.2
    assert not journal.tokens()


def test_own_old_mail_is_expunged(relay: PracticeRelay, look: Look) -> None:
    first = only(look())
    look(purge_after_s=0.0)
    kept = [path.read_bytes() for path in relay.folders.inbox("incoming").glob("*/*:*")]
    kept += [path.read_bytes() for path in relay.folders.inbox("incoming").glob("new/*")]
    assert all(str(first.detail["token"]).encode() not in mail for mail in kept)


def test_a_mailbox_shows_each_mail_once_while_it_is_open(relay: PracticeRelay, look: Look) -> None:
    look()
    service = Service(
        host=relay.host,
        port=relay.ports.imap,
        username="incoming",
        password_file=str(relay.folders.password_file("incoming")),
    )
    with open_imap(service, "No such folder", seconds=5, clock=SystemClock()) as mailbox:
        assert mailbox.look()
        assert not mailbox.look()


def test_items_of_a_fetch_are_read_in_any_order() -> None:
    data = [
        (b"1 (BODY[TEXT]<0> {5}", b"hello"),
        (b" BODY[HEADER] {12}", b"Subject: a\r\n"),
        b' INTERNALDATE " 9-Apr-2018 07:30:00 +0100" UID 7)',
        b"2 (FLAGS (\\Seen))",
        (b'3 (UID 9 INTERNALDATE "10-Apr-2018 07:30:00 +0000" BODY[HEADER] {0}', b""),
        b' BODY[TEXT]<0> "")',
    ]
    first, second = read_fetch(data, "INBOX")
    assert (first.name, first.content) == ("7", b"Subject: a\r\nhello")
    assert first.arrived.at == datetime(2018, 4, 9, 6, 30, tzinfo=UTC)
    assert second.name == "9"


def test_a_password_file_that_is_gone_greys_the_probe(look: Look, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert only(look(password=None, password_file=gone), Outcome.UNKNOWN).detail["reason"] == (
        "password-missing"
    )
