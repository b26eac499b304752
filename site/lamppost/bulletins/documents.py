"""A bulletin as a Markdown document and as JSON."""

from typing import Any

from lamppost.bulletins.records import BulletinDetail
from lamppost.wording import say_moment


def as_markdown(bulletin: BulletinDetail) -> str:
    """Title, dated corrections and body, its facts filled in."""
    parts = [f"# {bulletin.line.title}"]
    if not bulletin.line.is_withdrawn:
        parts += [
            f"Corrected on {say_moment(note.at)}: {note.words}" for note in bulletin.corrections
        ]
    return "\n\n".join([*parts, bulletin.markdown]) + "\n"


def as_json(bulletin: BulletinDetail, base_url: str) -> dict[str, Any]:
    """Everything that may be shown; moments in RFC 3339, UTC."""
    line = bulletin.line
    return {
        "id": bulletin.entry_id,
        "slug": line.slug,
        "url": f"{base_url}/bulletins/{line.slug}/",
        "title": line.title,
        "date": line.dated_on.isoformat(),
        "audience": line.audience.value,
        "summary": line.summary,
        "topics": list(line.topics),
        "status": line.status.value,
        "published_at": line.published_at.isoformat(),
        "updated_at": line.updated_at.isoformat(),
        "corrections": [
            {"at": note.at.isoformat(), "note": note.words} for note in bulletin.corrections
        ],
        "contents": [
            {"level": heading.level, "id": heading.id, "text": heading.text}
            for heading in bulletin.contents
        ],
        "html": bulletin.html,
        "markdown": bulletin.markdown,
    }
