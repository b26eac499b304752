"""Writes keys into a file's front matter and leaves every other line as its author typed it."""

import json
from collections.abc import Mapping

import yaml

from lamppost.bulletins.front_matter_yaml import compose, split

Value = str | Mapping[str, str]


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
    if isinstance(value, str):
        return [f"{key}: {value}"]
    if not value:
        return [f"{key}: {{}}"]
    return [f"{key}:", *(f"  {_quote(name)}: {_quote(words)}" for name, words in value.items())]


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
