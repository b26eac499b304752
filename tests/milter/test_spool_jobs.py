"""The worker's share: the spool brought in once, whatever happens; the mail log read once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from estate import make_estate
from lamppost.clock import FixedClock
from lamppost.database import read_only
from lamppost.settings import Settings
from lamppost.worker.mail_log import MailLog
from lamppost.worker.milter.running import Address, AddressError, read_address
from lamppost.worker.milter.spool import Spool
from lamppost.worker.spoofing import bring_in, list_spoof_jobs, read_log
from postmaster.spoofing.tables import SpoofPair, SpoofSighting
from postmaster.spoofing.values import Action
from spoof_rows import sighting

NOW = datetime(2018, 4, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "spool")
    made.prepare()
    return made


def put(spool: Spool, record: str, **values: object) -> str:
    text = sighting(NOW, record=record, **values).as_text()  # type: ignore[arg-type]  # by name
    spool.put(record, text)
    return text


def stored(engine: Engine) -> dict[str, bool]:
    with read_only(engine) as session:
        rows = session.execute(select(SpoofSighting.record, SpoofSighting.is_taken))
        return {record: bool(taken) for record, taken in rows}


def test_a_record_brought_twice_counts_once_and_its_sign_goes_with_it(
    sqlite_engine: Engine, spool: Spool
) -> None:
    text = put(spool, "1-a")
    put(spool, "2-b")
    spool.mark_taken("1-a")

    assert bring_in(sqlite_engine, spool) == 3
    # As if the worker was killed before the file was gone.
    spool.put("1-a", text)
    assert bring_in(sqlite_engine, spool) == 1
    assert bring_in(sqlite_engine, spool) == 0

    assert stored(sqlite_engine) == {"1-a": True, "2-b": False}
    with read_only(sqlite_engine) as session:
        assert session.scalars(select(SpoofPair.messages)).all() == [2]


def test_a_record_that_cannot_be_read_is_set_aside_and_holds_up_nobody(
    sqlite_engine: Engine, spool: Spool
) -> None:
    spool.put("0-bad", '{"record": 1}')
    (spool.folder / "1-torn.json").write_bytes(b"\xff{")
    put(spool, "2-good")

    bring_in(sqlite_engine, spool)

    assert stored(sqlite_engine) == {"2-good": False}
    assert spool.count_bad() == 2
    assert spool.list_records(10) == []


def test_what_was_being_written_when_the_power_went_is_not_taken_for_a_record(
    sqlite_engine: Engine, spool: Spool
) -> None:
    (spool.folder / ".3-c.new").write_text("{")

    assert bring_in(sqlite_engine, spool) == 0


LOG = (
    "Apr  9 10:00:00 mx postfix/cleanup[1]: 4AAAA: milter-discard: END-OF-MESSAGE from x[192.0.2.7]"
    ": milter triggers DISCARD action; from=<a@b>\n"
    "Apr  9 10:00:01 mx postfix/virtual[1]: 4BBBB: to=<ann@nhs.net>, relay=virtual, delay=0.1, "
    "dsn=2.0.0, status=sent (delivered to maildir)\n"
    "Apr  9 10:00:02 mx postfix/smtpd[1]: NOQUEUE: milter-reject: CONNECT\n"
    "Apr  9 10:00:03 mx postfix/cleanup[1]: 4CCCC: milter-hold: END-OF-MESSAGE\n"
    "Apr  9 10:00:04 mx postfix/cleanup[1]: 4DDD"
)


def test_the_log_is_read_on_from_where_it_was_and_afresh_once_it_is_rotated(
    tmp_path: Path,
) -> None:
    log = MailLog(tmp_path / "mail.log", tmp_path / "deep/place.json")
    assert log.read()[0] == {}
    log.path.write_text(LOG)
    outcomes, place = log.read()
    assert outcomes == {"4AAAA": "discarded", "4BBBB": "delivered", "4CCCC": "held"}
    assert log.read()[0] == outcomes
    log.remember(place)
    assert log.read()[0] == {}
    with log.path.open("a") as file:
        file.write("D: milter-reject: END-OF-MESSAGE\n")
    assert log.read()[0] == {"4DDDD": "rejected"}

    log.path.rename(tmp_path / "mail.log.1")
    log.path.write_text(LOG)
    assert len(log.read()[0]) == 3


def test_a_message_that_went_out_against_its_verdict_shows(
    sqlite_engine: Engine, spool: Spool, tmp_path: Path
) -> None:
    make_estate(sqlite_engine, now=NOW)
    put(spool, "1-a", action=Action.DISCARD, queue_id="4BBBB")
    bring_in(sqlite_engine, spool)
    log = MailLog(tmp_path / "mail.log", tmp_path / "place.json")
    log.path.write_text(LOG)

    assert read_log(sqlite_engine, log, FixedClock(NOW)) == 3

    with read_only(sqlite_engine) as session:
        row = session.scalars(select(SpoofSighting)).one()
        assert (row.outcome, row.is_contradicted) == ("delivered", True)


def test_the_jobs_run_on_an_empty_service(
    sqlite_engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    make_estate(sqlite_engine, now=NOW)
    told = settings.model_copy(update={"mail_log": settings.data / "mail.log"})
    jobs = list_spoof_jobs(sqlite_engine, told, clock)
    for job in jobs:
        job.work()

    assert [job.name for job in jobs] == [
        "spoof spool", "spoof notices", "spoof keeping", "mail log",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "unix:", "inet:8894", "inet:x:99999", "inet::25", "tcp:a:1"])
def test_an_address_that_is_none_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(AddressError, match="unix:/path or inet:host:port"):
        read_address(text)


def test_addresses_are_written_as_mail_servers_write_them() -> None:
    assert read_address("inet:[::1]:8894") == Address(host="::1", port=8894)
    assert str(read_address("unix:/run/milter.sock")) == "unix:/run/milter.sock"
