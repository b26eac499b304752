"""SMTP: the server greets, agrees TLS where asked, and takes its leave."""

from collections.abc import Mapping

from probes.connection import watching
from probes.look import take
from probes.reading import Clock, Journal, JsonValue, Result, Target
from probes.smtp_session import SmtpService, smtp_session


class Options(SmtpService):
    """The server to greet."""


def probe(
    target: Target,
    journal: Journal,  # noqa: ARG001 - every probe has one signature
    *,
    timeout: float,
    clock: Clock,
) -> Result:
    """Seconds from connecting to a session ready for mail."""
    options = Options.model_validate(target.options)

    def look() -> Mapping[str, JsonValue]:
        with watching(timeout, clock) as watchdog, smtp_session(options, watchdog) as client:
            return {"extensions": sorted(client.esmtp_features)}

    return take(target, clock, look)
