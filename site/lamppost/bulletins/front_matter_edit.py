"""Writes keys into a file's front matter and leaves every other line as its author typed it."""

import json
import re
from collections.abc import Mapping

import yaml

from lamppost.bulletins.front_matter_yaml import compose, split

_PLAIN = re.compile(r"[a-z][a-z0-9-]*")
# None takes the key away.
Value = str | Mapping[str, str] | None


def set_keys(text: str, values: Mapping[str, Value]) -> str:
    """The whole file's text with these top-level keys set, in place or before the closing `---`.

    Raises:
        FrontMatterError: the front matter cannot be read.
    """
    for key, value in values.items():
        text = _set_key(text, key, value)
    return text


def _set_key(text: str, key: str, value: Value) -> str:
    parts = split(text)
    lines = text.split("\n")
    closing = parts.body_line - 2  # the closing --- counts from 0
    first, last = _span(compose(parts.yaml), key, lines) or (closing, closing)
    return "\n".join([*lines[:first], *_write(key, value), *lines[last:]])


def _span(root: yaml.MappingNode, key: str, lines: list[str]) -> tuple[int, int] | None:
    """The lines a key and its value take up, as [first, after the last), from 0 in the file."""
    for name, node in root.value:
        if name.value != key:
            continue
        first, last = name.start_mark.line, node.end_mark.line
        # A block ends where the next token begins: give comments and blank lines back.
        if node.end_mark.column > 0:
            last += 1
        while last > first + 1 and not lines[last - 1].split("#")[0].strip():
            last -= 1
        return first, last
    return None


def _write(key: str, value: Value) -> list[str]:
    """JSON's quoted strings are YAML's, whatever they hold."""
    if value is None:
        return []
    if isinstance(value, str):
        return [f"{key}: {value}"]
    if not value:
        return [f"{key}: {{}}"]
    return [f"{key}:", *(f"  {quote(name)}: {quote(words)}" for name, words in value.items())]


def set_body(text: str, body: str) -> str:
    """The whole file's text with another body under the same front matter.

    Raises:
        FrontMatterError: the front matter cannot be read.
    """
    head = text.split("\n")[: split(text).body_line - 1]
    return "\n".join([*head, body])


def quote(text: str) -> str:
    """Any text as a YAML string."""
    return json.dumps(text, ensure_ascii=False)


def quote_word(word: str) -> str:
    """A word of a list as it is; anything else quoted, so that it breaks nothing but itself."""
    return word if _PLAIN.fullmatch(word) else quote(word)
