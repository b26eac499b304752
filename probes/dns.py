"""DNS: a name resolves with this machine's own resolver."""

from collections.abc import Mapping
from contextlib import suppress

from pydantic import Field

from probes.connection import resolve
from probes.faults import ProbeFaultError, ProberUnfitError, TargetFailedError
from probes.look import take
from probes.reading import Clock, Journal, JsonValue, Result, Target
from probes.service import TargetOptions

CANARY_SHARE = 0.3


class Options(TargetOptions):
    """The name; addresses of which one must be among the answers; a name that always resolves.

    Without the canary a resolver that cannot answer is taken for our own fault.
    """

    name: str = Field(min_length=1, max_length=253)
    expect: tuple[str, ...] = ()
    canary: str | None = None


def probe(
    target: Target,
    journal: Journal,  # noqa: ARG001 - every probe has one signature
    *,
    timeout: float,
    clock: Clock,
) -> Result:
    """Seconds the answer took."""
    options = Options.model_validate(target.options)

    def look() -> Mapping[str, JsonValue]:
        canary_s = timeout * CANARY_SHARE if options.canary else 0
        try:
            found = resolve(options.name, 0, timeout - canary_s)
        except ProberUnfitError as fault:
            if options.canary is None or not _resolves(options.canary, canary_s):
                raise
            raise TargetFailedError(fault.reason, f"{fault.text} Other names resolve.") from fault
        addresses = sorted({str(address[0]) for _, address in found})
        if options.expect and not set(options.expect) & set(addresses):
            raise TargetFailedError(
                "unexpected", f"{options.name} points to {', '.join(addresses)}."
            )
        return {"addresses": addresses}

    return take(target, clock, look)


def _resolves(name: str, seconds: float) -> bool:
    with suppress(ProbeFaultError):
        return bool(resolve(name, 0, seconds))
    return False
