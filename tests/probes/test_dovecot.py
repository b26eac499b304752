"""Debian's Dovecot tells the probes by IMAP what the files of its Maildir tell them."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from lamppost.clock import FixedClock, SystemClock
from live import free_port, wait_until
from memory_journal import MemoryJournal
from probes.imap import probe as probe_imap
from probes.imap_mailbox import open_imap
from probes.mailbox import Mailbox
from probes.maildir import open_maildir
from probes.reading import JsonValue, Outcome, Target
from probes.service import Privacy, Service
from relay_stage import HOST, Stage, only, staged

pytestmark = [
    pytest.mark.postfix,
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot here needs root to change its user"),
]

NOBODY = 65534
PASSWORD = "correct horse"
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{maildir}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={nobody} gid={nobody} home={folder}
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass
class Dovecot:
    """A Dovecot over the Maildir of a stage; the delay probe looks by way of it."""

    stage: Stage
    port: int
    ca_file: str

    def service(self) -> Service:
        """How to sign in, after STARTTLS."""
        return Service.model_validate(
            {
                "host": "localhost",
                "port": self.port,
                "tls": Privacy.STARTTLS,
                "ca_file": self.ca_file,
                "username": "incoming",
                "password": PASSWORD,
            }
        )

    def use(self, **changed: JsonValue) -> None:
        """Let the stage's probe read by IMAP from here on."""
        self.stage.options = {
            "mailbox": "imap",
            "imap_host": "localhost",
            "imap_port": self.port,
            "imap_tls": "starttls",
            "ca_file": self.ca_file,
            "user": "incoming",
            "password": PASSWORD,
            **changed,
        }


@pytest.fixture
def program(request: pytest.FixtureRequest) -> str:
    """The path of Dovecot, by the rule of all system programs: skipped or failed without it."""
    plugins = request.config.pluginmanager.get_plugins()
    need_program = next(p.need_program for p in plugins if hasattr(p, "need_program"))
    return str(need_program("dovecot", "dovecot-imapd"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder another user may enter, as pytest's own may not be."""
    made = Path(tempfile.mkdtemp(prefix="dovecot-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def dovecot(folder: Path, program: str) -> Iterator[Dovecot]:
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    with staged(folder / "mail", clock) as stage:
        made = Dovecot(stage, free_port(), str(folder / "trusted.pem"))
        configure(folder, made)
        arguments = [program, "-F", "-c", str(folder / "dovecot.conf")]
        with subprocess.Popen(arguments) as process:
            wait_until(lambda: is_listening(made.port), within_s=15, what="Dovecot answers")
            yield made
            process.terminate()


def configure(folder: Path, made: Dovecot) -> None:
    maildir = made.stage.maildir
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(made.ca_file)
    issued.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    issued.private_key_pem.write_to_path(str(folder / "server.key"))
    (folder / "users").write_text(f"incoming:{{PLAIN}}{PASSWORD}\n")
    for path in (maildir, *maildir.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    text = CONFIG.format(folder=folder, maildir=maildir, nobody=NOBODY, port=made.port)
    (folder / "dovecot.conf").write_text(text)


def is_listening(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def shown(mailbox: Mailbox) -> set[tuple[str, bytes, datetime]]:
    """What a mailbox holds; IMAP tells arrival in whole seconds."""
    return {
        (letter.folder, letter.content, letter.arrived.at.replace(microsecond=0))
        for letter in mailbox.look()
    }


def by_imap(dovecot: Dovecot) -> set[tuple[str, bytes, datetime]]:
    with open_imap(dovecot.service(), "Junk", seconds=5, clock=SystemClock()) as mailbox:
        return shown(mailbox)


def test_both_ways_show_the_same_mail(dovecot: Dovecot) -> None:
    stage = dovecot.stage
    stage.run()
    stage.holds = True
    stage.run()
    stage.deliver(folder=".Junk")
    with open_maildir(str(stage.maildir), "Junk") as maildir:
        by_file = shown(maildir)

    assert {folder for folder, _, _ in by_file} == {"INBOX", "Junk"}
    assert by_imap(dovecot) == by_file


@pytest.mark.parametrize("trusted", [[HOST], []])
def test_both_ways_measure_the_same_delay(dovecot: Dovecot, trusted: list[str]) -> None:
    stage = dovecot.stage
    stage.holds = True
    stage.options = {"trusted_hosts": trusted, "poll_s": 0}
    stage.run()
    stage.clock.sleep(20)
    stage.deliver(folder=".Junk")
    stage.clock.sleep(20)
    (by_file,) = stage.look()
    stage.journal.crash()

    dovecot.use(trusted_hosts=trusted, poll_s=0)
    (by_imap,) = stage.look()

    assert by_imap.value == by_file.value == 20
    assert {**by_imap.detail, "resolution_s": 1.0} == {**by_file.detail, "resolution_s": 1.0}


def test_settled_mail_is_cleared_away_and_no_other(dovecot: Dovecot) -> None:
    stage = dovecot.stage
    stage.maildir.joinpath("new", "1.stranger").write_bytes(b"Subject: hello\r\n\r\nhello\r\n")
    dovecot.use(purge_after_s=0)
    for _ in range(3):
        stage.run()
        stage.clock.sleep(5)

    left = [content for _, content, _ in by_imap(dovecot)]

    assert len(left) == 2
    assert any(b"hello" in content for content in left)


def test_the_imap_probe_opens_the_inbox_after_starttls(dovecot: Dovecot) -> None:
    held = dovecot.service().model_dump(exclude_none=True, mode="json")
    target = Target("imap", {**held, "password": PASSWORD})

    (reading,) = probe_imap(target, MemoryJournal(), timeout=5, clock=SystemClock()).readings

    assert (reading.outcome, reading.detail.get("signed_in")) == (Outcome.OK, True)


def test_a_refused_sign_in_is_the_probers_fault(dovecot: Dovecot) -> None:
    dovecot.use(password="old")

    # Dovecot takes two seconds to say no, and the mailbox gets two fifths of a run.
    reading = only(dovecot.stage.look(timeout=10), Outcome.UNKNOWN)

    assert reading.detail["reason"] == "login-refused"
