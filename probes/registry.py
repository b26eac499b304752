"""Every probe by its kind.

A probe is a module of this folder that holds a function `probe` and a model `Options`; its kind is
the module's name. So a new probe is one new file, and nothing here changes.
"""

import logging
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from pydantic import ValidationError

import probes
from probes.faults import ProberUnfitError
from probes.reading import Clock, Journal, Probe, Reading, Result, Target
from probes.service import TargetOptions

log = logging.getLogger(__name__)


def _guarded(look: Probe) -> Probe:
    def guarded(target: Target, journal: Journal, *, timeout: float, clock: Clock) -> Result:
        taken_at = clock.now()
        try:
            return look(target, journal, timeout=timeout, clock=clock)
        except ValidationError as error:
            fault = ProberUnfitError("target", f"probes.toml: {error}")
        # A fault in a probe greys its own light; it never stops the others.
        except Exception as error:
            log.exception("The probe %s broke.", target.probe)
            fault = ProberUnfitError("broken", f"The probe broke: {type(error).__name__}.")
        return Result((Reading(target.probe, taken_at, fault.outcome, None, None, fault.detail()),))

    return guarded


def _find_modules() -> dict[str, ModuleType]:
    modules = {
        found.name: import_module(f"{probes.__name__}.{found.name}")
        for found in iter_modules(probes.__path__)
        if f"{probes.__name__}.{found.name}" != __name__ and found.name != "definitions"
    }
    return {kind: module for kind, module in sorted(modules.items()) if hasattr(module, "probe")}


_MODULES = _find_modules()

PROBES: Mapping[str, Probe] = {kind: _guarded(module.probe) for kind, module in _MODULES.items()}
OPTIONS: Mapping[str, type[TargetOptions]] = {
    kind: module.Options for kind, module in _MODULES.items()
}
