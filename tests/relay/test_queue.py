"""Accepted mail survives restarts and kills: nothing is lost, nothing comes twice."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lamppost.worker.relay.delivery import deliver_due
from lamppost.worker.relay.folders import Folders, folders_in
from lamppost.worker.relay.queue import MailQueue, Ticket

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)


class PulledPlug(BaseException):
    """Stands for the kill; nothing catches it."""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path)


def put(folders: Folders, due_at: datetime = NOW, *, duplicate: bool = False) -> Ticket:
    ticket = Ticket(
        queue_id="1a2b",
        mailbox="incoming",
        recipient="incoming@practice.test",
        sender="",
        due_ms=int(due_at.timestamp() * 1000),
        duplicate=duplicate,
    )
    MailQueue(folders.queue).put(ticket, b"Subject: x\n\nx\n")
    return ticket


def deliver(folders: Folders, now: datetime = NOW) -> datetime | None:
    reports: list[str] = []
    next_at = deliver_due(MailQueue(folders.queue), folders, now, reports.append)
    assert reports == []
    return next_at


def delivered(folders: Folders) -> list[str]:
    return sorted(path.name for path in folders.inbox("incoming").glob("new/*"))


def test_mail_waits_for_its_moment_and_then_leaves(folders: Folders) -> None:
    due_at = NOW + timedelta(seconds=90)
    put(folders, due_at)

    assert deliver(folders) == due_at
    assert delivered(folders) == []
    assert deliver(folders, due_at) is None
    assert delivered(folders) == ["1523260890.Q1a2b"]
    assert list(folders.queue.iterdir()) == []


@pytest.mark.parametrize("step", range(15))
@pytest.mark.parametrize("duplicate", [False, True])
def test_a_kill_at_any_step_of_a_delivery_neither_loses_nor_repeats(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, step: int, *, duplicate: bool
) -> None:
    put(folders, duplicate=duplicate)
    with monkeypatch.context() as patched:
        kill_after(patched, step)
        with suppress(PulledPlug):
            deliver(folders)

    expected = ["1523260800.Q1a2b", "1523260800.Q1a2bD"][: 2 if duplicate else 1]
    gone = take_away(folders)
    deliver(folders)

    assert sorted(gone + delivered(folders)) == expected
    assert list(folders.queue.iterdir()) == []


def kill_after(patched: pytest.MonkeyPatch, steps: int) -> None:
    """Let so many changes of the disk through, then pull the plug before the next."""
    left = [steps]

    def counted(real: object) -> object:
        def call(*args: object, **given: object) -> object:
            if left[0] == 0:
                raise PulledPlug
            left[0] -= 1
            return real(*args, **given)  # type: ignore[operator] # a method of Path

        return call

    for name in ("replace", "unlink"):
        patched.setattr(Path, name, counted(getattr(Path, name)))
    patched.setattr("os.utime", counted(os.utime))
    patched.setattr("os.fsync", counted(os.fsync))


def take_away(folders: Folders) -> list[str]:
    """A reader fetches and deletes what has come so far."""
    found = delivered(folders)
    for name in found:
        (folders.inbox("incoming") / "new" / name).unlink()
    return found


def test_a_queue_file_nobody_can_read_is_set_aside_and_told(folders: Folders) -> None:
    MailQueue(folders.queue)
    (folders.queue / "01523260800000.dead.mail").write_bytes(b"rubbish")
    put(folders)
    reports: list[str] = []

    deliver_due(MailQueue(folders.queue), folders, NOW, reports.append)

    assert delivered(folders) == ["1523260800.Q1a2b"]
    assert [path.name for path in folders.queue.iterdir()] == ["01523260800000.dead.broken"]
    assert "it was set aside" in reports[0]


def test_a_storm_leaves_a_hundred_at_a_time(folders: Folders) -> None:
    queue = MailQueue(folders.queue)
    for number in range(101):
        ticket = Ticket(f"{number:04x}", "incoming", "incoming@practice.test", "", 1523260800000)
        queue.put(ticket, b"Subject: x\n\nx\n")

    assert deliver(folders) == NOW
    assert len(delivered(folders)) == 100
    deliver(folders)
    assert len(delivered(folders)) == 101
