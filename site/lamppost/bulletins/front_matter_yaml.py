"""YAML front matter into checked values, each mistake with its line in the file.

Every scalar stays the text it is: YAML 1.1 would read 17:30 as 1050 and `no` as False. pydantic
then decides what the text means.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lamppost.bulletins.front_matter import FrontMatter

try:
    from yaml import CBaseLoader as TextLoader
except ImportError:  # pragma: no cover - PyYAML without libyaml, seven times slower
    from yaml import BaseLoader as TextLoader  # type: ignore[assignment]  # the slower twin

# The library's own boundary swallows blank lines, which would falsify every line number; and only
# a bare `---` counts, so that a quoted spoof tag ("--- This message…") is never one.
_SPLITTER = YAMLHandler(fm_boundary=re.compile(r"^---[ \t]*$", re.MULTILINE))
_NOTHING = ("", "~", "null")


class FrontMatterError(Exception):
    """The front matter cannot be used; `faults` are (line, message)."""

    def __init__(self, *faults: tuple[int, str]) -> None:
        super().__init__("; ".join(message for _, message in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Split:
    """The two parts of a file; line numbers count from 1 in the file."""

    yaml: str
    body: str
    body_line: int


def split(text: str) -> Split:
    """Front matter and body apart.

    Raises:
        FrontMatterError: the file does not begin with front matter, or it never ends.
    """
    if not re.match(r"---[ \t]*\n", text):
        raise FrontMatterError((1, "front matter is missing: the first line must be ---"))
    try:
        head, body = _SPLITTER.split(text)
    except ValueError:
        raise FrontMatterError((1, "front matter never ends: add a line --- after it")) from None
    return Split(head, body.removeprefix("\n"), head.count("\n") + 2)


def parse(head: str) -> FrontMatter:
    """The checked front matter.

    Raises:
        FrontMatterError: one fault per mistake, with its line in the file.
    """
    root = compose(head)
    values = _value(root)
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        faults = [_fault(root, detail) for detail in error.errors()]
        raise FrontMatterError(*faults) from None


def compose(head: str) -> yaml.MappingNode:
    """The YAML as nodes that know their lines; `head` begins with the newline after `---`.

    Raises:
        FrontMatterError: broken YAML, not a mapping, or a key given twice.
    """
    try:
        root = TextLoader(head).get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FrontMatterError((line, _yaml_words(error))) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise FrontMatterError((1, f"the front matter is not YAML ({error})")) from None
    if not isinstance(root, yaml.MappingNode):
        raise FrontMatterError((1, "the front matter must be lines of `key: value`"))
    seen: set[str] = set()
    for key, _ in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise FrontMatterError((key.start_mark.line + 1, "a key must be one word"))
        if key.value in seen:
            raise FrontMatterError(
                (key.start_mark.line + 1, f"{key.value} is given twice; keep one of the two")
            )
        seen.add(key.value)
    return root


def _yaml_words(error: yaml.MarkedYAMLError) -> str:
    return (
        f"the YAML is broken here ({error.problem}); put text that holds a colon, "
        "a quotation mark or a hash between double quotes"
    )


def _value(node: yaml.Node, depth: int = 0) -> Any:
    """Plain values of a node; an empty or null value is None, which optional keys allow."""
    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and node.value in _NOTHING else node.value
    if depth > 3:  # noqa: PLR2004 - the model is two levels deep; deeper is a mistake or an attack
        raise FrontMatterError((node.start_mark.line + 1, "lists within lists are not used here"))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, depth + 1) for item in node.value]
    return {str(key.value): _value(item, depth + 1) for key, item in node.value}


def _fault(root: yaml.MappingNode, detail: ErrorDetails) -> tuple[int, str]:
    place = [part for part in detail["loc"] if part != "[key]"]
    name = ".".join(str(part) for part in place)
    line = _line(root, place) + 1
    if detail["type"] == "extra_forbidden":
        return line, _unknown_key(str(place[-1]))
    if detail["type"] == "missing":
        return line, f"{name} is missing; add a line `{name}: …`"
    message = detail["msg"].removeprefix("Value error, ")
    return line, f"{name} {_as_rule(message)}" if name else message


def _as_rule(message: str) -> str:
    return message if message.startswith("must") else f"is not right: {message}"


def _unknown_key(key: str) -> str:
    close = get_close_matches(key, FrontMatter.model_fields, n=1)
    known = ", ".join(FrontMatter.model_fields)
    hint = f"did you mean {close[0]}?" if close else f"the keys are {known}"
    return f"{key} is not a key of the front matter; {hint}"


def _line(root: yaml.MappingNode, place: list[int | str]) -> int:
    """The line of the innermost key or item on the way to `place` that is there, from 0."""
    node: yaml.Node = root
    line = 0
    for part in place:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = (node.value[part], node.value[part])
        if found is None:
            break
        line, node = found[0].start_mark.line, found[1]
    return line
