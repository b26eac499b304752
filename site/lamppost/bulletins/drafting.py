"""A new bulletin's file, with the id its feed entry keeps for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.front_matter_edit import quote, quote_word

_TITLES = {
    Audience.LA: "Local Administrator bulletin",
    Audience.ALL_USERS: "Message to all users",
    Audience.NAS: "National Administration Service bulletin",
}
_BODY = """# First heading

Say what has changed, whom it concerns and what they need to do.

# Contacts

{{ contacts }}
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new file begins with; `authority` is the host's name in the id."""

    on: date
    authority: str
    audience: Audience = Audience.LA
    title: str | None = None
    body: str = _BODY
    summary: str = "One sentence that says what this bulletin is about."
    topics: tuple[str, ...] = ()


def write_draft(folder: Path, draft: Draft) -> Path:
    """Write a draft under the first free name of its day and give its path; nothing is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, suffix in list_names(draft.on):
        try:
            with (folder / name).open("x", encoding="utf-8") as stream:
                stream.write(compose_draft(draft, suffix))
        except FileExistsError:
            continue
        return folder / name
    raise AssertionError("names do not end")  # pragma: no cover - numbers go on


def list_names(on: date) -> Iterator[tuple[str, str]]:
    """The names a day's bulletins may have, each with what it adds to the date."""
    for number in count(1):
        suffix = f"-{number}" if number > 1 else ""
        yield f"{on}{suffix}.md", suffix


def compose_draft(draft: Draft, suffix: str) -> str:
    """The text of a new file; `suffix` is what its name adds to the date."""
    title = draft.title or _TITLES[draft.audience]
    lines = [
        "---",
        f"id: tag:{draft.authority},{draft.on}:{draft.audience}-bulletin{suffix}",
        f"title: {quote(title)}",
        f"date: {draft.on}",
        f"audience: {draft.audience}",
        f"summary: {quote(draft.summary)}",
        f"topics: [{', '.join(map(quote_word, draft.topics))}]",
        "status: draft",
        "---",
        "",
    ]
    return "\n".join([*lines, draft.body.strip(), ""])
