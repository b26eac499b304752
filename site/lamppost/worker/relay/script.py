"""The script: how the relay behaves for each mailbox and page; a sentence for each fault."""

import tomllib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lamppost.worker.relay.folders import MAILBOXES, is_mailbox_name

DEFAULT = "default"
PAGES = ("portal", "owa", "activesync")
DAY_S = 86_400.0

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=DAY_S, allow_inf_nan=False)]
Offset = Annotated[float, Field(ge=-DAY_S, le=DAY_S, allow_inf_nan=False)]


class ScriptError(Exception):
    """The script is wrong; the message has one sentence per fault."""


class Behaviour(BaseModel):
    """What happens to mail, sign-ins and pages. Everything off is a prompt and honest relay."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    delay_s: Seconds = Field(0.0, description="Deliver this many seconds after accepting.")
    drop: Share = Field(0.0, description="Accept and lose this share of mail, spread evenly.")
    drop_every: int = Field(0, ge=0, description="Accept and lose every nth mail; 0 loses none.")
    duplicate: bool = Field(default=False, description="Deliver every mail twice.")
    defer: int = Field(0, ge=0, le=100, description="Answer 451 to a mail's first N tries.")
    refuse: bool = Field(default=False, description="Answer 554 to the recipient.")
    hang: bool = Field(default=False, description="Take the connection and say nothing.")
    drip: bool = Field(default=False, description="Answer one byte a second.")
    junk: bool = Field(default=False, description="Deliver to the Junk folder.")
    mangle: bool = Field(default=False, description="Put [EXTERNAL] and a disclaimer into mail.")
    clock_offset_s: Offset = Field(0.0, description="Run the server's clock this far ahead.")
    index_lag_s: Seconds = Field(0.0, description="Let IMAP SEARCH miss mail younger than this.")
    imap_refuse_login: bool = Field(default=False, description="Refuse the IMAP sign-in.")
    http_status: int = Field(200, ge=200, le=599, description="Answer pages with this status.")
    http_delay_s: Seconds = Field(0.0, description="Answer pages after this many seconds.")


class Script:
    """Behaviour by section: a mailbox, a page, or `default`, which fills what others leave out."""

    def __init__(self, sections: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        given = dict(sections or {})
        faults = [fault for name, values in given.items() for fault in _faults(name, values)]
        if faults:
            raise ScriptError("\n".join(faults))
        self.sections = {name: dict(values) for name, values in given.items()}
        default = self.sections.get(DEFAULT, {})
        self._default = Behaviour(**default)
        self._named = {
            name: Behaviour(**{**default, **values}) for name, values in self.sections.items()
        }

    def behaviour(self, name: str = DEFAULT) -> Behaviour:
        """What holds for a mailbox or page."""
        return self._named.get(name, self._default)

    def names(self) -> tuple[str, ...]:
        """The sections worth showing: the usual ones and whatever else the script names."""
        usual = (DEFAULT, *MAILBOXES, *PAGES)
        return (*usual, *sorted(set(self.sections) - set(usual)))

    def changed(self, name: str, values: Mapping[str, Any]) -> "Script":
        """A script with some values of one section set anew."""
        section = {**self.sections.get(name, {}), **values}
        return Script({**self.sections, name: section})

    def without(self, name: str) -> "Script":
        """A script with one section taken out."""
        return Script({key: held for key, held in self.sections.items() if key != name})

    def as_toml(self) -> str:
        """The script as its file holds it."""
        lines: list[str] = []
        for name in sorted(self.sections):
            lines += ["", f'["{name}"]' if "." in name else f"[{name}]"]
            lines += [f"{key} = {_toml(value)}" for key, value in self.sections[name].items()]
        return "\n".join(lines[1:]) + "\n" if lines else ""


def read_script(text: str) -> Script:
    """The script in a TOML text.

    Raises:
        ScriptError: one sentence per fault.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"It is not TOML: {error}.") from None
    return Script(document)


def _faults(name: str, values: object) -> list[str]:
    if name != DEFAULT and not is_mailbox_name(name):
        return [f"[{name}] cannot be the name of a mailbox; use small letters and digits."]
    if not isinstance(values, dict):
        return [f"{name} stands outside a section; put it under [default] or [incoming]."]
    try:
        Behaviour(**values)
    except ValidationError as error:
        return [_sentence(name, fault) for fault in error.errors()]
    return []


def _sentence(section: str, fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"[{section}] {key} is not a behaviour; `lamppost relay set --help` lists them."
    said = str(fault["msg"]).removeprefix("Input ")
    return f"[{section}] {key} {said}, not {fault['input']!r}."


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
