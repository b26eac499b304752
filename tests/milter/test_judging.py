"""A message through the milter's judge: to edits, the spool, or the failure action."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from estate import make_estate
from lamppost.clock import FixedClock
from lamppost.database import make_engine, unit_of_work
from lamppost.nameservers import ZoneResolver
from lamppost.worker.milter.judging import Choices, Failure, MessageJudge
from lamppost.worker.milter.knowing import Knowledge, UnknownError
from lamppost.worker.milter.policy_file import PolicyFileError, read_known
from lamppost.worker.milter.server import Answer
from lamppost.worker.milter.spool import Spool
from lamppost.worker.milter.transaction import Transaction
from lamppost.worker.milter.wire import CONTINUE, DISCARD, TEMPFAIL, hold, packet
from postmaster.accounts.rules import Kind
from postmaster.entitlements.actions import grant_protocol
from postmaster.entitlements.rules import Protocol
from postmaster.spoofing.judging import judge
from postmaster.spoofing.policy_reads import enter_preset_stages
from postmaster.spoofing.sightings import read_sighting
from postmaster.spoofing.tables import SpoofStage
from postmaster.spoofing.values import Action, Network, Stage
from postmaster.spoofing.verdict import Verdict
from spoof_rows import NATIONAL

NOW = datetime(2018, 4, 9, 9, 0, tzinfo=UTC)
SPOOF = [(b"From", b" clinic@nhs.net"), (b"Subject", b" Hello")]
CLEAN = [(b"From", b" ann@mailer.example"), (b"Subject", b" Hello")]


@dataclass
class Bench:
    """A judge over a database, a spool and a policy file of its own."""

    engine: Engine
    folder: Path
    clock: FixedClock
    failure: Failure = Failure.TEMPFAIL
    within_s: float = 20.0
    judging: Callable[..., Verdict] = judge
    knowledge: Knowledge = field(init=False)
    spool: Spool = field(init=False)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.spool.prepare()
        self.knowledge = Knowledge(
            self.engine, self.folder / "policy.json", authserv_id="mx.nhs.test", clock=self.clock
        )
        self.knowledge.refresh()

    def handle(self, transaction: Transaction) -> Answer:
        made = MessageJudge(
            judge=self.judging,
            resolver=ZoneResolver({}),
            knowledge=self.knowledge,
            spool=self.spool,
            choices=Choices("mx.nhs.test", (), self.failure, self.within_s),
            clock=self.clock,
        )
        # A browser of another test may have left its own event loop running in this thread.
        with ThreadPoolExecutor(max_workers=1) as apart:
            return apart.submit(lambda: asyncio.run(made.handle(transaction))).result()


@pytest.fixture
def bench(sqlite_engine: Engine, tmp_path: Path, clock: FixedClock) -> Bench:
    estate = make_estate(sqlite_engine, now=NOW)
    account = estate.add("app@nhs.net", at=NOW, kind=Kind.APPLICATION)
    with unit_of_work(sqlite_engine) as session:
        enter_preset_stages(session, by="system:test", now=NOW, stages=list(Stage))
        grant_protocol(
            session, account_id=account, protocol=Protocol.SMTP, reason="Letters", by=NATIONAL,
            now=NOW - timedelta(days=1),
        )  # fmt: skip
    return Bench(sqlite_engine, tmp_path, clock)


def message(
    headers: list[tuple[bytes, bytes]], *, login: str = "", client: str | None = "192.0.2.7"
) -> Transaction:
    made = Transaction(client, None, "mail.example", "x@mailer.example", ["ann@nhs.net"])
    made.headers = list(headers)
    made.chunks = [b"words\r\n"]
    made.macros = {"i": "4XQ1", **({"auth_authen": login} if login else {})}
    return made


def records(bench: Bench) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in bench.spool.list_records(10)]


def test_a_spoof_is_tagged_and_lies_on_the_disc_before_it_is_answered(bench: Bench) -> None:
    answer = bench.handle(message(SPOOF))

    assert answer.replies.endswith(CONTINUE)
    assert b"NHSmail address" in answer.replies
    assert b"Authentication-Results\x00 mx.nhs.test;" in answer.replies
    (line,) = records(bench)
    kept = read_sighting(line)
    assert (kept.claimed, kept.queue_id, kept.action) == ("clinic@nhs.net", "4XQ1", Action.TAG)
    assert bench.spool.list_taken(10) == []
    answer.on_taken()
    assert [path.stem for path in bench.spool.list_taken(10)] == [kept.record]


def test_clean_mail_is_kept_nowhere_and_only_gains_headers(bench: Bench) -> None:
    answer = bench.handle(message(CLEAN))

    assert records(bench) == []
    assert b"b" + b"words" not in answer.replies
    assert b"X-Lamppost-Verdict\x00 clean" in answer.replies


def test_forged_headers_of_ours_go_from_the_last_to_the_first_and_others_stay(
    bench: Bench,
) -> None:
    forged = [
        (b"Authentication-Results", b" mx.nhs.test; dmarc=pass"),
        (b"Authentication-Results", b" other.example; dmarc=pass"),
        (b"authentication-results", b' (a(nested)comment) "mx.nhs.test"; spf=pass'),
        (b"X-Lamppost-Verdict", b" clean"),
        (b"X-Junk-Reason", b" spoof"),
    ]

    replies = bench.handle(message([*CLEAN, *forged])).replies

    assert packet(b"m", b"\0\0\0\x03authentication-results\0\0") in replies
    assert packet(b"m", b"\0\0\0\x01Authentication-Results\0\0") in replies
    assert packet(b"m", b"\0\0\0\x02Authentication-Results\0\0") not in replies
    assert packet(b"m", b"\0\0\0\x01X-Lamppost-Verdict\0\0") in replies
    assert replies.index(b"\0\0\0\x03auth") < replies.index(b"\0\0\0\x01Auth")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2019, 2, 13, tzinfo=UTC), b"X-Spam-Flag\x00 YES\x00"),
        (datetime(2019, 7, 10, tzinfo=UTC), DISCARD),
    ],
)
def test_what_becomes_of_it_follows_the_date(bench: Bench, at: datetime, words: bytes) -> None:
    bench.clock.sleep((at - bench.clock.now()).total_seconds())

    assert words in bench.handle(message(SPOOF)).replies


def test_where_the_stage_rejects_the_sender_hears_why_and_local_mail_is_discarded(
    bench: Bench,
) -> None:
    with unit_of_work(bench.engine) as session:
        session.add(
            SpoofStage(
                network=Network.INTERNET, stage=Stage.DELETE, action=Action.REJECT,
                from_at=bench.clock.now(), source="test", state="approved", proposed_at=NOW,
                proposed_by="x", rehearsal="{}",
                digest="",
            )
        )  # fmt: skip
    bench.knowledge.refresh()

    assert bench.handle(message(SPOOF)).replies[4:].startswith(b"y550 5.7.1 ")


def test_mail_of_an_account_with_leave_is_left_as_it_is(bench: Bench) -> None:
    own = [(b"From", b" app@nhs.net"), (b"Subject", b" Your letter")]

    assert bench.handle(message(own, login="app@nhs.net")).replies == CONTINUE
    assert records(bench) == []


@pytest.mark.parametrize("login", ["gone@nhs.net", "App2@nhs.net"])
def test_a_login_without_an_account_has_a_reason_of_its_own(bench: Bench, login: str) -> None:
    bench.handle(message([(b"From", f" {login}".encode())], login=login))

    (line,) = records(bench)
    assert read_sighting(line).reasons


def test_an_error_a_hang_and_a_giant_meet_the_failure_action(bench: Bench) -> None:
    def fail(*_: object, **__: object) -> Verdict:
        raise RuntimeError

    let_go = threading.Event()

    def wait(*_: object, **__: object) -> Verdict:
        let_go.wait(10)
        raise RuntimeError

    giant = message(SPOOF)
    giant.let_go()
    assert bench.handle(giant).replies == TEMPFAIL
    bench.judging = fail
    assert bench.handle(message(SPOOF)).replies == TEMPFAIL
    bench.failure = Failure.HOLD
    assert bench.handle(message(SPOOF)).replies == hold("Lamppost could not judge this message")
    bench.judging, bench.within_s, bench.failure = wait, 0.05, Failure.REJECT
    began = time.monotonic()
    answered: list[bytes] = []

    def run() -> None:
        answered.append(bench.handle(message(SPOOF)).replies)

    thread = threading.Thread(target=run)
    thread.start()
    threading.Timer(0.5, let_go.set).start()
    thread.join(10)
    assert answered[0][4:].startswith(b"y550 5.7.1")
    assert time.monotonic() - began < 10
    assert records(bench) == []


def test_a_spool_that_cannot_be_written_fails_the_message(bench: Bench) -> None:
    bench.spool.bad.rmdir()
    bench.spool.folder.rmdir()

    assert bench.handle(message(SPOOF)).replies == TEMPFAIL


def away(tmp_path: Path) -> Engine:
    """A database without a table: every question fails."""
    return make_engine(f"sqlite:///{tmp_path}/away.sqlite3")


def test_without_the_database_the_policy_last_known_goes_on_and_knows_its_submitters(
    bench: Bench, tmp_path: Path
) -> None:
    engine = away(tmp_path)
    alone = Bench(engine, bench.folder, bench.clock)

    assert b"NHSmail address" in alone.handle(message(SPOOF)).replies
    own = [(b"From", b" app@nhs.net")]
    assert alone.handle(message(own, login="app@nhs.net")).replies == CONTINUE
    stranger = [(b"From", b" new@nhs.net")]
    assert alone.handle(message(stranger, login="new@nhs.net")).replies == TEMPFAIL
    engine.dispose()


def test_without_the_database_and_without_a_file_nothing_is_judged(
    tmp_path: Path, clock: FixedClock
) -> None:
    engine = away(tmp_path)
    alone = Bench(engine, tmp_path / "empty", clock)

    assert alone.handle(message(CLEAN)).replies == TEMPFAIL
    with pytest.raises(UnknownError):
        alone.knowledge.policy()
    engine.dispose()


def test_the_file_brings_the_policy_back_as_it_was_and_a_torn_one_is_refused(
    bench: Bench,
) -> None:
    path = bench.folder / "policy.json"
    assert read_known(path).policy == bench.knowledge.policy()
    path.write_text(path.read_text()[:-20])
    with pytest.raises(PolicyFileError):
        read_known(path)


def test_a_switched_stage_is_known_at_the_next_look_and_an_unchanged_one_writes_nothing(
    bench: Bench,
) -> None:
    path, version = bench.folder / "policy.json", bench.knowledge.policy().version
    path.unlink()
    bench.knowledge.refresh()
    assert not path.exists()
    with unit_of_work(bench.engine) as session:
        session.execute(text("UPDATE spoof_stage SET stage = 'junk' WHERE stage_id = 1"))

    bench.knowledge.refresh()

    assert bench.knowledge.policy().version != version
    assert path.exists()
