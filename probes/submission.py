"""Handing a mail to a relay by SMTP, within a total time whatever the relay does."""

import smtplib
from datetime import datetime

from probes.connection import watching
from probes.faults import ProbeFaultError, ProberUnfitError, TargetFailedError
from probes.reading import Clock
from probes.smtp_session import SmtpService, smtp_session

GO_AHEAD = 354
GOODBYE_S = 0.5


class UncertainError(Exception):
    """The mail was sent to its end and no answer came: the relay may have taken it."""


class _Handover:
    """How far a mail has come; once sent whole, silence no longer means refusal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.is_sent = False
        self.accepted_at: datetime | None = None

    def run(self, client: smtplib.SMTP, mail: bytes, mail_from: str, rcpt_to: str) -> None:
        _consent(client.mail(mail_from))
        _consent(client.rcpt(rcpt_to))
        _consent(client.docmd("DATA"), wanted=GO_AHEAD)
        self.is_sent = True
        client.send(_dotted(mail))
        _consent(client.getreply())
        self.accepted_at = self._clock.now()


def submit(
    mail: bytes, service: SmtpService, *, mail_from: str, rcpt_to: str, seconds: float, clock: Clock
) -> datetime:
    """Hand a mail in; gives the moment the relay said that it has it.

    Raises:
        TargetFailedError: it refused (reason deferred for 4xx), hung up or gave no answer in time.
        ProberUnfitError: this machine could not reach out.
        UncertainError: the mail was sent whole and no answer came.
    """
    handover = _Handover(clock)
    try:
        with watching(seconds, clock) as watchdog, smtp_session(service, watchdog) as client:
            handover.run(client, mail, mail_from, rcpt_to)
            watchdog.allow(
                min(GOODBYE_S, watchdog.remaining())
            )  # a slow farewell is nobody's concern
    except ProbeFaultError as fault:
        if handover.accepted_at is None:
            if handover.is_sent and fault.code is None:
                raise UncertainError(fault.text) from fault
            raise _in_words_of_mail(fault, seconds) from fault
    if handover.accepted_at is None:  # the session ended without a word of error
        raise UncertainError("The relay gave no answer.")
    return handover.accepted_at


def _consent(reply: tuple[int, bytes], *, wanted: int = 250) -> None:
    code, said = reply
    if code // 100 != wanted // 100:
        raise smtplib.SMTPResponseException(code, said)


def _dotted(mail: bytes) -> bytes:
    """A mail with CRLF line ends as DATA wants it: leading dots doubled, the final dot last."""
    return mail.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _in_words_of_mail(fault: ProbeFaultError, seconds: float) -> ProbeFaultError:
    if isinstance(fault, ProberUnfitError):
        return fault
    answer = str(fault.code or "")
    if isinstance(fault.__cause__, smtplib.SMTPResponseException):
        answer = _words(fault.__cause__)
    reason = "timeout" if _is_timeout(fault) else fault.reason
    text = {
        "refused": "The relay refused the connection.",
        "timeout": f"The relay did not answer within {seconds:.3g} seconds.",
        "closed": "The relay closed the connection before the end.",
        "deferred": f"The relay put the message off: {answer}.",
        "rejected": f"The relay refused the message: {answer}.",
    }.get(reason, fault.text)
    return TargetFailedError(reason, text, code=fault.code)


def _is_timeout(fault: ProbeFaultError) -> bool:
    """Whether a time limit is behind it: smtplib reports one as a closed connection."""
    error: BaseException | None = fault
    while error is not None and not isinstance(error, TimeoutError):
        error = error.__cause__ or error.__context__
    return error is not None


def _words(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    shown = "".join(sign if sign.isprintable() else " " for sign in f"{error.smtp_code} {text}")
    return " ".join(shown.split())[:200].rstrip(".")
