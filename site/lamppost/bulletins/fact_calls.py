"""Lines such as `{{ hssis since="2018-03-01" }}` in a bulletin's body: found, and filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WHOLE_LINE = re.compile(r"[ \t]*\{\{(.*)\}\}[ \t]*")
_CALL = re.compile(r'\s*([a-z_]+)((?:\s+[a-z_]+="[^"]*")*)\s*')
_ARGUMENT = re.compile(r'([a-z_]+)="([^"]*)"')
_CODE = re.compile(r"`[^`]*`")
_BRACES = re.compile(r"\{\{.*\}\}")


@dataclass(frozen=True, slots=True)
class Call:
    """One fact asked for; `line` counts from 0 in the body."""

    line: int
    name: str
    arguments: Mapping[str, str]

    @property
    def key(self) -> str:
        """How `facts:` in the front matter names it: the call as written, spaces evened out."""
        return " ".join(
            [self.name, *(f'{name}="{value}"' for name, value in self.arguments.items())]
        )


@dataclass(frozen=True, slots=True)
class BadCall:
    """A line with braces that is no fact; `line` counts from 0 in the body."""

    line: int
    message: str


def find_calls(body: str) -> tuple[list[Call], list[BadCall]]:
    """Every fact the body asks for, and every line that only looks like one."""
    calls: list[Call] = []
    bad: list[BadCall] = []
    for number, text in enumerate(body.split("\n")):
        if "{{" not in text:
            continue
        whole = _WHOLE_LINE.fullmatch(text)
        call = _CALL.fullmatch(whole[1]) if whole else None
        if call:
            calls.append(Call(number, call[1], dict(_ARGUMENT.findall(call[2]))))
        elif whole:
            bad.append(BadCall(number, 'a fact is written {{ name argument="value" }}'))
        elif _BRACES.search(_CODE.sub("", text)):
            bad.append(BadCall(number, "a fact stands on a line of its own"))
    return calls, bad


def fill_calls(body: str, words: Mapping[str, str]) -> str:
    """The body with every call replaced by its words; a blank line keeps them apart from the text.

    Raises:
        KeyError: a call has no words; an empty hole is never left.
    """
    calls, _ = find_calls(body)
    lines = body.split("\n")
    for call in calls:
        lines[call.line] = f"\n{words[call.key].strip()}\n"
    return "\n".join(lines)
