"""What probes.toml may say, checked before anything runs on it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from probes.reading import JsonValue, Levels, Target
from probes.registry import OPTIONS

VARIABLES: Mapping[str, str] = {
    "data": "var",
    "relay_smtp_port": "2525",
    "relay_imap_port": "1143",
    "relay_http_port": "8025",
    "relay_tls_port": "8465",
}
WITHOUT_COMPONENT = frozenset({"hssi_log", "bcdr_windows"})

_VARIABLE = re.compile(r"\{(\w+)\}")
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DefinitionError(Exception):
    """probes.toml is wrong; one line per problem, each with the file and what to mend."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = tuple(problems)


class Component(BaseModel):
    """A part of the service as readers know it."""

    model_config = _STRICT

    slug: str = Field(pattern=_SLUG, max_length=64)
    name: str = Field(min_length=1, max_length=120)
    group: str = Field(min_length=1, max_length=120)
    order: int
    # Mail that goes through it; an open HSSI of it then holds batches and notice days.
    mail_path: Literal["incoming", "outgoing", "internal"] | None = None


class LevelsDefinition(BaseModel):
    """The levels of one probe, in seconds."""

    model_config = _STRICT

    slow_above: float | None = Field(default=None, gt=0)
    slow_below: float | None = Field(default=None, gt=0)
    lost_after: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _rise(self) -> "LevelsDefinition":
        if (self.slow_above is None) != (self.slow_below is None):
            raise ValueError("slow_above and slow_below go together")
        steps = [
            step for step in (self.slow_below, self.slow_above, self.lost_after) if step is not None
        ]
        if steps != sorted(steps):
            raise ValueError("slow_below, slow_above and lost_after must rise in that order")
        return self


class ProbeDefinition(BaseModel):
    """One probe: what it looks at, how often, and what counts as slow."""

    model_config = _STRICT

    name: str = Field(pattern=_SLUG, max_length=64)
    kind: str
    component: str | None = None
    network: Literal["internet", "hscn"] = "internet"
    interval_s: float = Field(ge=1, le=86_400)
    timeout_s: float = Field(ge=0.1, le=600)
    levels: LevelsDefinition = LevelsDefinition()
    target: dict[str, Any]

    def as_target(self) -> Target:
        """What the probe is handed when it runs."""
        return Target(self.name, self.target, Levels(**self.levels.model_dump()))

    @model_validator(mode="after")
    def _fits_together(self) -> "ProbeDefinition":
        if self.timeout_s > self.interval_s:
            raise ValueError("timeout_s must not be longer than interval_s, or runs would overlap")
        if self.kind not in OPTIONS:
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(OPTIONS)}")
        if (self.component is None) != (self.kind in WITHOUT_COMPONENT):
            needs = "takes no component" if self.component else "needs a component"
            raise ValueError(f"a {self.kind} probe {needs}")
        if self.kind == "relay_delay" and self.levels.lost_after is None:
            raise ValueError("a relay_delay probe needs levels.lost_after")
        return self


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything probes.toml declares, in its order."""

    components: tuple[Component, ...]
    probes: tuple[ProbeDefinition, ...]


def load_definitions(path: Path, variables: Mapping[str, str] | None = None) -> Definitions:
    """The components and probes a file declares, words in braces filled in.

    Raises:
        DefinitionError: the file cannot be read or says something wrong.
    """
    document = _filled(_read(path), {**VARIABLES, **(variables or {})}, path)
    problems = [
        f"[{key}] is not known; only [[component]] and [[probe]] are."
        for key in document
        if key not in {"component", "probe"}
    ]
    components = list(_checked(Component, document.get("component", []), "component", problems))
    probes = list(_checked(ProbeDefinition, document.get("probe", []), "probe", problems))
    if not problems:
        problems += _doubled("component", [component.slug for component in components])
        problems += _doubled("probe", [probe.name for probe in probes])
        problems += _strays(components, probes)
        problems += [problem for probe in probes for problem in _target_problems(probe)]
    if problems:
        raise DefinitionError(path, problems)
    return Definitions(tuple(components), tuple(probes))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(path, [f"it cannot be read: {error.strerror}."]) from error
    except UnicodeError:
        raise DefinitionError(path, ["it is not UTF-8 text; save it as UTF-8."]) from None
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(path, [f"it is not TOML: {error}."]) from error


def _filled(value: Any, variables: Mapping[str, str], path: Path) -> Any:
    """A TOML value with `{name}` filled in; a string that is one number then becomes it."""
    if isinstance(value, dict):
        return {key: _filled(held, variables, path) for key, held in value.items()}
    if isinstance(value, list):
        return [_filled(held, variables, path) for held in value]
    if not isinstance(value, str):
        return value
    unknown = [name for name in _VARIABLE.findall(value) if name not in variables]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(variables))
        raise DefinitionError(path, [f"{{{unknown[0]}}} stands for nothing; known are {known}."])
    filled = _VARIABLE.sub(lambda found: variables[found[1]], value)
    return int(filled) if filled != value and filled.isdecimal() else filled


def _checked(model: type[BaseModel], entries: Any, noun: str, problems: list[str]) -> Iterator[Any]:
    if not isinstance(entries, list):
        problems.append(f"write [[{noun}]] with two brackets, once for each.")
        return
    for number, entry in enumerate(entries, start=1):
        try:
            yield model.model_validate(entry)
        except ValidationError as error:
            name = entry.get("name") if isinstance(entry, dict) else None
            problems += _sentences(error, f"{noun} {name or f'number {number}'}")


def _sentences(error: ValidationError, subject: str) -> list[str]:
    """One sentence per fault, without the value: it may be a secret."""
    return [
        f"{subject}: {'.'.join(str(part) for part in fault['loc']) or 'as a whole'}: "
        f"{fault['msg'].removeprefix('Value error, ')}."
        for fault in error.errors(include_input=False, include_url=False)
    ]


def _doubled(noun: str, names: list[str]) -> list[str]:
    return [
        f"{noun} {name}: declared {count} times; give each its own name."
        for name, count in Counter(names).items()
        if count > 1
    ]


def _strays(components: list[Component], probes: list[ProbeDefinition]) -> list[str]:
    slugs = {component.slug for component in components}
    return [
        f"probe {probe.name}: component {probe.component!r} is not declared; known are "
        f"{', '.join(sorted(slugs)) or 'none'}."
        for probe in probes
        if probe.component is not None and probe.component not in slugs
    ]


def _target_problems(probe: ProbeDefinition) -> list[str]:
    options: Mapping[str, JsonValue] = probe.target
    try:
        OPTIONS[probe.kind].model_validate(options)
    except ValidationError as error:
        return _sentences(error, f"probe {probe.name}: target")
    return []
