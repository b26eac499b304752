"""Debian's Postfix on loopback, its own folders, one Maildir for everybody, a milter beside it."""

import email
import os
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from live import free_port, wait_until

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]
MASTER = """
{port} inet n - n - - smtpd
{submission} inet n - n - - smtpd -o milter_macro_daemon_name=ORIGINATING
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.service.test
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = nhs.net
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_milters = {milter}
{recipe}
"""


@dataclass
class Postfix:
    """A Postfix that asks a milter, and the Maildir its mail lands in."""

    folder: Path
    port: int
    submission: int

    @property
    def log(self) -> Path:
        return self.folder / "mail.log"

    def send(
        self, raw: bytes, *, to: str = "ann@nhs.net", mail_from: str = "bounce@mailer.example",
        client: str = "192.0.2.7", name: str = "mail.mailer.example", login: str | None = None,
    ) -> tuple[int, bytes]:  # fmt: skip
        """Hand a message in as a client of any address, name and login; gives the last reply."""
        port = self.submission if login else self.port
        with smtplib.SMTP("127.0.0.1", port, local_hostname=name, timeout=20) as smtp:
            smtp.ehlo()
            words = f"ADDR={client} NAME={name}" + (f" LOGIN={login}" if login else "")
            code, reply = smtp.docmd("XCLIENT", words)
            assert code == 220, reply
            smtp.ehlo(name)
            for verb in (f"MAIL FROM:<{mail_from}>", f"RCPT TO:<{to}>"):
                code, reply = smtp.docmd(verb)
                if code != 250:
                    return code, reply
            return smtp.data(raw)

    def take(self) -> EmailMessage:
        """The one message that has arrived, taken out of the Maildir."""
        new = self.folder / "mail/all/new"
        wait_until(lambda: any(new.glob("*")), within_s=10, what="mail arrives")
        (path,) = new.glob("*")
        raw = path.read_bytes()
        path.unlink()
        read = email.message_from_bytes(raw, policy=default)
        assert isinstance(read, EmailMessage)
        return read

    def is_empty(self) -> bool:
        return not any((self.folder / "mail/all/new").glob("*"))

    def count(self, words: str) -> int:
        """How often its log says so."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(words)


def recipe() -> str:
    """The settings this project tells people to use."""
    return (ROOT / "deploy/postfix/main.cf.lamppost").read_text(encoding="utf-8")


def point(postfix: Postfix, program: str, milter: str) -> None:
    """Let it ask another milter from here on."""
    config = str(postfix.folder / "etc")
    subprocess.run(
        ["postconf", "-c", config, "-e", f"smtpd_milters={milter}"], check=True, env=_environment()
    )
    subprocess.run([program, "-c", config, "reload"], check=True, capture_output=True)


@contextmanager
def running(program: str, milter: str) -> Iterator[Postfix]:
    """A Postfix over folders of its own, stopped and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    made = Postfix(folder, free_port(), free_port())
    for name in ("etc", "queue", "mail", "mail/all", "mail/all/new", "mail/all/cur",
                 "mail/all/tmp", "data"):  # fmt: skip
        (folder / name).mkdir()
    for path in (folder / "mail").rglob("*"):
        os.chown(path, NOBODY, NOBODY)
    os.chown(folder / "mail", NOBODY, NOBODY)
    shutil.chown(folder / "data", "postfix")
    settings = MAIN.format(folder=folder, nobody=NOBODY, milter=milter, recipe=recipe())
    (folder / "etc/main.cf").write_text(settings)
    ports = {"port": f"127.0.0.1:{made.port}", "submission": f"127.0.0.1:{made.submission}"}
    (folder / "etc/master.cf").write_text(MASTER.format(**ports))
    command = [program, "-c", str(folder / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True, env=_environment())
    try:
        wait_until(lambda: _answers(made.port), within_s=15, what="Postfix answers")
        yield made
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True, env=_environment())
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=2) as smtp:
            return smtp.noop()[0] == 250
    except OSError:
        return False


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
