"""Real Postfix on loopback: a message tagged, junked, discarded, tagged again as dates pass."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from estate import Estate, make_estate
from lamppost.clock import FixedClock
from lamppost.database import read_only, unit_of_work
from lamppost.nameservers import ZoneResolver
from lamppost.worker.mail_log import MailLog
from lamppost.worker.milter.judging import Choices, MessageJudge
from lamppost.worker.milter.knowing import Knowledge
from lamppost.worker.milter.server import Limits, Shared, listen
from lamppost.worker.milter.spool import Spool
from lamppost.worker.spoofing import bring_in, read_log
from live import free_port, wait_until
from postfix_stage import Postfix, point, running
from postmaster.accounts.rules import Kind
from postmaster.entitlements.actions import grant_protocol
from postmaster.entitlements.rules import Protocol
from postmaster.spoofing.judging import judge
from postmaster.spoofing.policy_reads import enter_preset_stages
from postmaster.spoofing.register import list_seen, walk_pairs
from postmaster.spoofing.switching import roll_back_stage
from postmaster.spoofing.tables import SpoofSighting, SpoofStage
from postmaster.spoofing.values import Network, Stage
from postmaster.spoofing.wording import JUNK_STAGE, TAG_STAGE
from spoof_rows import NATIONAL, administrator

pytestmark = [
    pytest.mark.postfix,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix here needs root to change its user"),
]
ROOT = Path(__file__).resolve().parents[2]
APRIL = datetime(2018, 4, 9, 9, 0, tzinfo=UTC)
FEBRUARY = datetime(2019, 2, 12, 9, 0, tzinfo=UTC)
JULY = datetime(2019, 7, 9, 9, 0, tzinfo=UTC)
AUGUST = datetime(2019, 8, 1, 9, 0, tzinfo=UTC)
APPLICATION = "appointment.reminder@nhs.net"
SIEVE = """
ssl = no
log_path = /dev/stderr
mail_location = maildir:{folder}/mail
mail_home = {folder}
mail_uid = 65534
mail_gid = 65534
first_valid_uid = 1
"""
SPOOF = (
    b"From: Clinic <clinic@nhs.net>\r\nTo: ann@nhs.net\r\nSubject: Your appointment\r\n"
    b"Authentication-Results: mx.service.test; dmarc=pass header.from=nhs.net\r\n"
    b"Authentication-Results: other.example; spf=pass smtp.mailfrom=mailer.example\r\n"
    b"X-Lamppost-Verdict: clean\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    b"\r\nPlease come on Tuesday.\r\n"
)
SUBMITTED = (
    b"From: Reminders <appointment.reminder@nhs.net>\r\nTo: ann@nhs.net\r\n"
    b"Subject: Your appointment\r\n\r\nPlease come on Tuesday.\r\n"
)


@dataclass
class Beside:
    """A milter in a thread, on both kinds of socket, under a clock of the test's."""

    engine: Engine
    clock: FixedClock
    spool: Spool
    knowledge: Knowledge
    path: Path
    port: int = field(default_factory=free_port)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def start(self) -> None:
        self.spool.prepare()
        zones = {"mailer.example": [{"TXT": "v=spf1 ip4:192.0.2.0/24 -all"}],
                 "nhs.net": [{"TXT": "v=spf1 -all"}],
                 "_dmarc.nhs.net": [{"TXT": "v=DMARC1; p=reject"}]}  # fmt: skip
        judging = MessageJudge(
            judge=judge,
            resolver=ZoneResolver(zones),
            knowledge=self.knowledge,
            spool=self.spool,
            choices=Choices("mx.service.test"),
            clock=self.clock,
        )
        self.shared = Shared(judging.handle, Limits())
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._run(self._listen())

    async def _listen(self) -> None:
        self.servers = [
            await listen(self.shared, path=str(self.path)),
            await listen(self.shared, host="127.0.0.1", port=self.port),
        ]
        self.path.chmod(0o666)

    async def _close(self) -> None:
        for server in self.servers:
            server.close()
        for one in list(self.shared.connections):
            one.close()
        await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(5)

    def at(self, moment: datetime) -> None:
        """From here on it is this moment, and the policy is read afresh."""
        self.clock.sleep((moment - self.clock.now()).total_seconds())
        self.knowledge.refresh()

    def bring_in(self, postfix: Postfix) -> None:
        """What the worker does, once."""
        bring_in(self.engine, self.spool)
        mail_log = MailLog(postfix.log, self.path.with_name("place.json"))
        read_log(self.engine, mail_log, self.clock)


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest) -> str:
    """The path of Postfix, by the rule of all system programs: skipped or failed without it."""
    plugins = request.config.pluginmanager.get_plugins()
    need_program = next(p.need_program for p in plugins if hasattr(p, "need_program"))
    return str(need_program("postfix", "postfix"))


@pytest.fixture(scope="module")
def postfix(program: str) -> Iterator[Postfix]:
    with running(program, "unix:/nowhere") as made:
        yield made


@pytest.fixture
def beside(sqlite_engine: Engine, tmp_path: Path, postfix: Postfix) -> Iterator[Beside]:
    clock = FixedClock(APRIL)
    estate = make_estate(sqlite_engine, now=APRIL)
    add_accounts(estate)
    with unit_of_work(sqlite_engine) as session:
        enter_preset_stages(session, by="system:test", now=APRIL, stages=list(Stage))
    # In Postfix's own folder: pytest's is closed to its user.
    folder = postfix.folder / f"milter-{tmp_path.name}"
    folder.mkdir()
    made = Beside(
        sqlite_engine,
        clock,
        Spool(tmp_path / "spool"),
        Knowledge(
            sqlite_engine, tmp_path / "policy.json", authserv_id="mx.service.test", clock=clock
        ),
        folder / "milter.sock",
    )
    made.start()
    made.at(APRIL)
    yield made
    made.stop()


def add_accounts(estate: Estate) -> None:
    estate.add("ann@nhs.net", at=APRIL, organisation="RX1")
    account = estate.add(APPLICATION, at=APRIL, kind=Kind.APPLICATION, organisation="RX1")
    with unit_of_work(estate.engine) as session:
        grant_protocol(
            session, account_id=account, protocol=Protocol.SMTP, reason="Reminders", by=NATIONAL,
            now=APRIL,
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["unix", "inet"])
def test_the_same_message_is_tagged_then_junked_then_discarded_and_tagged_after_a_roll_back(
    beside: Beside, postfix: Postfix, program: str, kind: str
) -> None:
    address = f"unix:{beside.path}" if kind == "unix" else f"inet:127.0.0.1:{beside.port}"
    point(postfix, program, address)

    tagged = send(postfix, SPOOF)
    assert text_of(tagged).startswith(TAG_STAGE)
    assert text_of(tagged).rstrip().endswith("Please come on Tuesday.")
    assert "X-Spam-Flag" not in tagged
    results = tagged.get_all("Authentication-Results", [])
    assert len(results) == 2
    assert "dmarc=fail" in results[0]
    assert results[1].startswith("other.example")
    assert [str(one).startswith("spoof") for one in tagged.get_all("X-Lamppost-Verdict", [])] == [
        True
    ]

    beside.bring_in(postfix)
    beside.at(FEBRUARY)
    junked = send(postfix, SPOOF)
    assert text_of(junked).startswith(JUNK_STAGE)
    assert junked["X-Spam-Flag"] == "YES"

    beside.bring_in(postfix)
    beside.at(JULY)
    discards = postfix.count("milter-discard")
    code, _ = postfix.send(SPOOF)
    assert code == 250
    wait_until(
        lambda: postfix.count("milter-discard") > discards, within_s=5, what="the discard is logged"
    )
    assert postfix.is_empty()
    beside.bring_in(postfix)

    beside.at(AUGUST)
    roll_back(beside, JULY, FEBRUARY)
    assert text_of(send(postfix, SPOOF)).startswith(TAG_STAGE)

    beside.bring_in(postfix)
    with read_only(beside.engine) as session:
        (row,) = walk_pairs(session, reader=administrator("RX1"), now=AUGUST)
        seen = list_seen(session, reader=administrator("RX1"), pair_id=row.pair_id)
    assert (row.claimed, row.infrastructure, row.messages) == (
        "clinic@nhs.net", "ptr:mailer.example", 4,
    )  # fmt: skip
    assert [one.action for one in seen] == ["tag", "discard", "junk", "tag"]
    assert [one.outcome for one in seen] == ["delivered", "discarded", "delivered", "delivered"]
    wait_until(lambda: all_taken(beside, postfix), within_s=10, what="every answer is taken")
    assert not any(one.is_contradicted for one in seen)


def all_taken(beside: Beside, postfix: Postfix) -> bool:
    """Whether the mail server has gone on after each answer, and the worker heard of it."""
    beside.bring_in(postfix)
    with read_only(beside.engine) as session:
        return all(session.scalars(select(SpoofSighting.is_taken)))


def send(postfix: Postfix, raw: bytes, *, login: str | None = None) -> EmailMessage:
    sent = postfix.count("status=sent")
    code, reply = postfix.send(raw, login=login)
    assert code == 250, reply
    wait_until(lambda: postfix.count("status=sent") > sent, within_s=10, what="it is delivered")
    return postfix.take()


def text_of(message: EmailMessage) -> str:
    text = message.get_content()
    assert isinstance(text, str)
    return text


def roll_back(beside: Beside, *begun: datetime) -> None:
    """End the internet's rows that began on these days, the newest first."""
    now = beside.clock.now()
    with unit_of_work(beside.engine) as session:
        for moment in begun:
            number = session.scalars(
                select(SpoofStage.stage_id).where(
                    SpoofStage.network == Network.INTERNET,
                    SpoofStage.from_at <= moment,
                    SpoofStage.from_at > datetime(moment.year, moment.month - 1, 1, tzinfo=UTC),
                )
            ).one()
            roll_back_stage(session, stage_id=number, why="A clinic", by=NATIONAL, now=now)
    beside.knowledge.refresh()


def test_mail_an_application_account_submits_is_never_touched(
    beside: Beside, postfix: Postfix, program: str
) -> None:
    point(postfix, program, f"unix:{beside.path}")
    for moment in (APRIL, FEBRUARY, JULY):
        beside.at(moment)
        arrived = send(postfix, SUBMITTED, login=APPLICATION)
        assert text_of(arrived) == "Please come on Tuesday.\n"
        assert arrived["Subject"] == "Your appointment"
        names = arrived.keys()
        assert "X-Lamppost-Verdict" not in names
        assert "X-Spam-Flag" not in names

    beside.bring_in(postfix)
    with read_only(beside.engine) as session:
        assert session.scalars(select(SpoofSighting)).all() == []


def test_without_its_milter_mail_waits_and_is_not_let_through(
    beside: Beside, postfix: Postfix, program: str
) -> None:
    point(postfix, program, f"unix:{beside.path}.gone")

    code, _ = postfix.send(SPOOF)

    assert code == 451
    assert postfix.is_empty()


def test_a_message_that_cannot_be_remembered_is_not_answered_as_judged(
    beside: Beside, postfix: Postfix, program: str
) -> None:
    point(postfix, program, f"unix:{beside.path}")
    beside.spool.bad.rmdir()
    beside.spool.folder.rmdir()

    code, _ = postfix.send(SPOOF)

    assert code == 451
    assert postfix.is_empty()


def test_the_sieve_example_files_what_was_junked_and_nothing_else(
    request: pytest.FixtureRequest,
) -> None:
    plugins = request.config.pluginmanager.get_plugins()
    need_program = next(p.need_program for p in plugins if hasattr(p, "need_program"))
    sieve_test = str(need_program("sieve-test", "dovecot-sieve"))
    script = ROOT / "deploy/dovecot/lamppost.sieve"
    folder = Path(tempfile.mkdtemp(prefix="sieve-"))
    folder.chmod(0o755)
    shutil.copy(script, folder)
    (folder / "dovecot.conf").write_text(SIEVE.format(folder=folder))
    marks = b"X-Spam-Flag: YES\r\nX-Junk-Reason: spoof; kind=exact-domain\r\n"
    found = []
    for mail in (marks + SPOOF, b"X-Spam-Flag: YES\r\n" + SPOOF, SPOOF):
        (folder / "mail.eml").write_bytes(mail)
        command = [sieve_test, "-c", str(folder / "dovecot.conf"), "-C", str(folder / script.name)]
        told = subprocess.run(
            [*command, str(folder / "mail.eml")], capture_output=True, text=True, check=True
        )
        found.append("Junk" in told.stdout)
    shutil.rmtree(folder)

    assert found == [True, False, False]
