"""TLS: the handshake succeeds, the certificate is trusted and is not about to run out."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import Field

from probes.connection import open_connection, watching
from probes.faults import TargetFailedError
from probes.look import take
from probes.reading import Clock, Journal, JsonValue, Result, Target
from probes.service import TargetOptions, tls_context

DAY_S = 86_400


class Options(TargetOptions):
    """Where TLS begins at once, the name the certificate must carry, and days it must yet last."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    server_name: str | None = None
    ca_file: str | None = None
    min_days: float = Field(default=0, ge=0)


def probe(
    target: Target,
    journal: Journal,  # noqa: ARG001 - every probe has one signature
    *,
    timeout: float,
    clock: Clock,
) -> Result:
    """Seconds from connecting to the end of the handshake; days to expiry in the detail."""
    options = Options.model_validate(target.options)

    def look() -> Mapping[str, JsonValue]:
        context = tls_context(options.ca_file)
        name = options.server_name or options.host
        with (
            watching(timeout, clock) as watchdog,
            open_connection(options.host, options.port, watchdog) as opened,
            context.wrap_socket(opened, server_hostname=name) as connection,
        ):
            return _judged(connection, clock.now(), options.min_days)

    return take(target, clock, look)


def _judged(connection: ssl.SSLSocket, now: datetime, min_days: float) -> Mapping[str, JsonValue]:
    certificate = connection.getpeercert() or {}
    expires_at = datetime.fromtimestamp(
        ssl.cert_time_to_seconds(str(certificate.get("notAfter"))), UTC
    )
    days_left = (expires_at - now).total_seconds() / DAY_S
    if days_left < min_days:
        raise TargetFailedError(
            "expires-soon" if days_left > 0 else "expired",
            f"Its certificate runs out in {days_left:.0f} days; {min_days:g} are asked for."
            if days_left > 0
            else f"Its certificate ran out at {expires_at:%Y-%m-%d %H:%M} UTC.",
        )
    return {
        "days_left": round(days_left, 2),
        "expires_at": expires_at.isoformat(),
        "protocol": connection.version(),
    }
