"""IMAP: the server greets, lets us in where told to sign in, and opens the inbox."""

from collections.abc import Mapping

from probes.connection import watching
from probes.faults import TargetFailedError
from probes.imap_session import imap_session
from probes.look import take
from probes.reading import Clock, Journal, JsonValue, Result, Target
from probes.service import Service


class Options(Service):
    """The server to greet; with a username, the inbox is opened too."""


def probe(
    target: Target,
    journal: Journal,  # noqa: ARG001 - every probe has one signature
    *,
    timeout: float,
    clock: Clock,
) -> Result:
    """Seconds from connecting to an open inbox, or to the greeting when nobody signs in."""
    options = Options.model_validate(target.options)

    def look() -> Mapping[str, JsonValue]:
        with watching(timeout, clock) as watchdog, imap_session(options, watchdog) as client:
            if options.username is None:
                return {"signed_in": False}
            status, said = client.select("INBOX", readonly=True)
            if status != "OK" or not said[0]:
                raise TargetFailedError("no-inbox", f"The inbox did not open: {said[0]!r}.")
            return {"signed_in": True, "messages": int(said[0])}

    return take(target, clock, look)
