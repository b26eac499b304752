"""How long mail takes through a relay: sent by SMTP, found again in a mailbox.

Each run looks for what earlier runs sent, judges what has not come, sends one new mail, waits
for it a moment and clears away what is settled. A kill between any two steps loses nothing and
counts nothing twice: a mail is noted before it leaves, and is settled with its reading.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from probes.connection import SHORTEST_S, watching
from probes.faults import ProberUnfitError, TargetFailedError
from probes.imap_mailbox import open_imap
from probes.mail_message import compose
from probes.mailbox import Mailbox
from probes.maildir import open_maildir
from probes.reading import Clock, Journal, Outcome, Reading, Result, Target
from probes.relay_readings import Trust, unfit_reading
from probes.relay_run import Pace, RelayRun
from probes.service import Privacy, Service, TargetOptions
from probes.smtp_session import SmtpService, smtp_session
from probes.submission import submit

MAILBOX_SHARE = 0.4  # of a run's time at most, so that sending keeps the greater part


class Options(TargetOptions):
    """The relay mail is handed to, the mailbox it should reach, and the pace."""

    smtp_host: str = Field(min_length=1)
    smtp_port: int = Field(default=25, ge=1, le=65535)
    starttls: bool = False
    ca_file: str | None = None
    mail_from: str = Field(pattern=r"^[^\s<>@]+@[^\s<>@]+$")
    rcpt_to: str = Field(pattern=r"^[^\s<>@]+@[^\s<>@]+$")
    mailbox: Literal["imap", "maildir"]
    path: str | None = None
    imap_host: str | None = None
    imap_port: int = Field(default=143, ge=1, le=65535)
    imap_tls: Privacy = Privacy.NONE
    user: str | None = None
    password: SecretStr | None = None
    password_file: str | None = None
    password_env: str | None = None
    junk_folder: str = Field(default="Junk", min_length=1)
    trusted_hosts: tuple[str, ...] = ()
    skew_s: float = Field(default=0.0, ge=0)
    poll_s: float = Field(default=2.0, ge=0)
    purge_after_s: float = Field(default=3600.0, ge=0)
    retry_after_s: float = Field(default=0.0, ge=0)

    def relay(self) -> SmtpService:
        """Where mail is handed in."""
        privacy = Privacy.STARTTLS if self.starttls else Privacy.NONE
        return SmtpService(
            host=self.smtp_host, port=self.smtp_port, tls=privacy, ca_file=self.ca_file
        )

    def account(self) -> Service:
        """The IMAP account mail should reach."""
        return Service(
            host=self.imap_host or "",
            port=self.imap_port,
            tls=self.imap_tls,
            ca_file=self.ca_file,
            username=self.user,
            password=self.password,
            password_file=self.password_file,
            password_env=self.password_env,
        )

    @model_validator(mode="after")
    def _has_a_mailbox(self) -> "Options":
        if self.mailbox == "maildir" and not self.path:
            raise ValueError("a maildir mailbox needs path")
        if self.mailbox == "imap":
            if not self.imap_host or not self.user:
                raise ValueError("an imap mailbox needs imap_host and user")
            self.account()  # its own rules of passwords
        return self


def probe(target: Target, journal: Journal, *, timeout: float, clock: Clock) -> Result:
    """The delays of what arrived, the ages of what has not, and what became of a new mail."""
    options = Options.model_validate(target.options)
    until = clock.monotonic() + timeout
    readings: tuple[Reading, ...] = ()
    try:
        with _open(options, timeout * MAILBOX_SHARE, clock) as mailbox:
            seconds = until - clock.monotonic()
            run = _prepare(
                target, options, journal=journal, mailbox=mailbox, seconds=seconds, clock=clock
            )
            run.collect()
            mailbox.allow(until - clock.monotonic())
            readings = take_turn(run)
    except ProberUnfitError as fault:
        # A mailbox that only takes its leave badly has told all it had to tell.
        seconds = max(until - clock.monotonic(), SHORTEST_S)
        readings = readings or (_without_mailbox(target, options, fault, seconds, clock),)
    return Result(readings)


def _without_mailbox(
    target: Target, options: Options, fault: ProberUnfitError, seconds: float, clock: Clock
) -> Reading:
    """Nothing is sent that could not be found again; but a relay that lets nobody in is down."""
    taken_at = clock.now()
    try:
        with watching(seconds, clock) as watchdog, smtp_session(options.relay(), watchdog):
            return unfit_reading(target.probe, taken_at, fault)
    except TargetFailedError as shut:
        text = f"The relay cannot be reached: {shut.text}"
        detail = {**shut.detail(), "text": text}
        return Reading(target.probe, taken_at, Outcome.FAILED, None, None, detail)
    except ProberUnfitError:
        return unfit_reading(target.probe, taken_at, fault)


def take_turn(run: RelayRun) -> tuple[Reading, ...]:
    """What a run does once it has looked into the mailbox."""
    run.judge()
    token = run.send()
    if token is not None:
        run.wait_for(token)
    run.purge()
    return run.finish()


def _open(options: Options, seconds: float, clock: Clock) -> AbstractContextManager[Mailbox]:
    if options.mailbox == "maildir":
        return open_maildir(options.path or "", options.junk_folder)
    return open_imap(options.account(), options.junk_folder, seconds=seconds, clock=clock)


def _prepare(
    target: Target,
    options: Options,
    *,
    journal: Journal,
    mailbox: Mailbox,
    seconds: float,
    clock: Clock,
) -> RelayRun:
    def post(token: str, sent_at: datetime, left_s: float) -> datetime:
        mail = compose(
            token=token,
            owner=target.probe,
            mail_from=options.mail_from,
            rcpt_to=options.rcpt_to,
            sent_at=sent_at,
        )
        return submit(
            mail,
            options.relay(),
            mail_from=options.mail_from,
            rcpt_to=options.rcpt_to,
            seconds=left_s,
            clock=clock,
        )

    return RelayRun(
        target.probe,
        journal=journal,
        mailbox=mailbox,
        post=post,
        clock=clock,
        seconds=seconds,
        levels=target.levels,
        trust=Trust(options.trusted_hosts, options.skew_s),
        pace=Pace(options.poll_s, options.purge_after_s, options.retry_after_s),
    )
