"""HTTP: a page answers with the status and the words it should."""

from collections.abc import Mapping

from pydantic import Field, HttpUrl

from probes.connection import watching
from probes.faults import TargetFailedError
from probes.look import take
from probes.outward import Reach
from probes.reading import Clock, Journal, JsonValue, Result, Target
from probes.service import TargetOptions
from probes.web_session import answer, read_body


class Options(TargetOptions):
    """The page, the statuses that are good, and words its first `max_bytes` must hold.

    `reach` "public" refuses inner addresses; a redirect is never followed to another inner host.
    """

    url: HttpUrl
    expect_status: tuple[int, ...] = (200,)
    contains: str | None = None
    ca_file: str | None = None
    reach: Reach = Reach.ANY
    max_bytes: int = Field(default=1_000_000, ge=1, le=50_000_000)


def probe(
    target: Target,
    journal: Journal,  # noqa: ARG001 - every probe has one signature
    *,
    timeout: float,
    clock: Clock,
) -> Result:
    """Seconds from connecting to the last byte, redirects followed."""
    options = Options.model_validate(target.options)

    def look() -> Mapping[str, JsonValue]:
        with (
            watching(timeout, clock) as watchdog,
            answer(
                str(options.url), watchdog, ca_file=options.ca_file, reach=options.reach
            ) as response,
        ):
            body, is_whole = read_body(response, options.max_bytes)
        if response.status_code not in options.expect_status:
            raise TargetFailedError(
                "status",
                f"It answered {response.status_code} {response.reason}.",
                code=response.status_code,
            )
        if options.contains is not None and options.contains.encode() not in body:
            raise TargetFailedError("content", f"The page does not hold {options.contains!r}.")
        return {"status": response.status_code, "bytes": len(body), "is_whole": is_whole}

    return take(target, clock, look)
