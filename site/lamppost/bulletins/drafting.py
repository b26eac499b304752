"""A new bulletin's file, with the id its feed entry keeps for ever."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lamppost.bulletins.front_matter import Audience

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


def write_draft(folder: Path, draft: Draft) -> Path:
    """Write a draft under the first free name of its day and give its path; nothing is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        path = folder / f"{draft.on}{suffix}.md"
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(_compose(draft, suffix))
        except FileExistsError:
            number += 1
            continue
        return path


def _compose(draft: Draft, suffix: str) -> str:
    title = (draft.title or _TITLES[draft.audience]).replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        "---",
        f"id: tag:{draft.authority},{draft.on}:{draft.audience}-bulletin{suffix}",
        f'title: "{title}"',
        f"date: {draft.on}",
        f"audience: {draft.audience}",
        'summary: "One sentence that says what this bulletin is about."',
        "topics: []",
        "status: draft",
        "---",
        "",
    ]
    return "\n".join([*lines, draft.body.strip(), ""])
