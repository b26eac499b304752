"""A bulletin's file as the fields of a form, and back; what nobody changed stays as typed. Pure."""

import re
from dataclasses import dataclass

from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.front_matter_edit import Value, quote, quote_word, set_body, set_keys
from lamppost.bulletins.source import Source


@dataclass(frozen=True, slots=True)
class Fields:
    """What the editor shows of a file, as it is typed: lists with commas or blanks between."""

    title: str
    audience: str
    summary: str
    topics: str
    aliases: str
    body: str


def read_fields(source: Source) -> Fields:
    """The fields of a checked file."""
    front = source.front
    return Fields(
        title=front.title,
        audience=front.audience.value,
        summary=front.summary or "",
        topics=", ".join(front.topics),
        aliases=", ".join(front.aliases),
        # A textarea loses the line end it begins with.
        body=source.body.lstrip("\n"),
    )


def apply_fields(text: str, source: Source, fields: Fields) -> str:
    """The file's text with what was changed in the form; every other line as its author typed it.

    What was typed wrongly is written all the same: reading the text again finds it, with its line.
    """
    before = read_fields(source)
    keys: dict[str, Value] = {}
    if fields.title != before.title:
        keys["title"] = quote(fields.title)
    if fields.audience != before.audience:
        keys["audience"] = fields.audience if fields.audience in set(Audience) else quote("")
    if fields.summary != before.summary:
        keys["summary"] = quote(fields.summary) if fields.summary else None
    for name in ("topics", "aliases"):
        typed = getattr(fields, name)
        if split_words(typed) != split_words(getattr(before, name)):
            keys[name] = f"[{', '.join(map(quote_word, split_words(typed)))}]"
    changed = set_keys(text, keys)
    body = fields.body.replace("\r\n", "\n").replace("\r", "\n")
    if body == before.body:
        return changed
    opening = source.body[: len(source.body) - len(before.body)]
    return set_body(changed, opening + body.rstrip("\n") + "\n")


def split_words(typed: str) -> tuple[str, ...]:
    """The words of a list, each once."""
    return tuple(dict.fromkeys(word for word in re.split(r"[,\s]+", typed) if word))
