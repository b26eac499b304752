"""A checked file made ready to be stored and shown: facts filled in, rendered, dated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from lamppost.bulletins.fact_calls import fill_calls
from lamppost.bulletins.front_matter import Audience, Correction, Status
from lamppost.bulletins.render import Heading, render
from lamppost.bulletins.rules import decide_published_at, decide_updated_at
from lamppost.bulletins.source import Source
from lamppost.clock import london_date
from lamppost.wording import say_date

SHORT = 200


@dataclass(frozen=True, slots=True)
class Built:
    """Everything the table keeps of one bulletin."""

    source: str
    slug: str
    number: int
    dated_on: date
    entry_id: str
    title: str
    audience: Audience
    summary: str
    topics: tuple[str, ...]
    status: Status
    publish_at: datetime | None
    published_at: datetime | None
    updated_at: datetime | None
    corrections: tuple[Correction, ...]
    aliases: tuple[str, ...]
    html: str
    contents: tuple[Heading, ...]
    markdown: str
    text: str


def build(source: Source, words: Mapping[str, str]) -> Built:
    """The bulletin as it will be shown, `words` standing where its facts are asked for.

    Raises:
        RenderError: the body cannot be rendered.
    """
    front = source.front
    is_withdrawn = front.status is Status.WITHDRAWN
    markdown = say_withdrawal(source) if is_withdrawn else fill_calls(source.body, words).strip()
    rendered = render(escape(markdown, quote=False) if is_withdrawn else markdown)
    return Built(
        source=source.file,
        slug=source.name.slug,
        number=source.name.number,
        dated_on=front.date,
        entry_id=front.id,
        title=front.title,
        audience=front.audience,
        summary=markdown if is_withdrawn else front.summary or _shorten(rendered.text),
        topics=tuple(dict.fromkeys(front.topics)),
        status=front.status,
        publish_at=front.publish_at,
        published_at=decide_published_at(front),
        updated_at=decide_updated_at(front),
        corrections=tuple(sorted(front.corrections, key=lambda correction: correction.at)),
        aliases=tuple(dict.fromkeys(front.aliases)),
        html=rendered.html,
        contents=rendered.contents,
        markdown=markdown,
        text=rendered.text,
    )


def say_withdrawal(source: Source) -> str:
    """The stub of a withdrawn bulletin: that it is gone and, where its author says so, why."""
    corrections = sorted(source.front.corrections, key=lambda correction: correction.at)
    if corrections:
        last = corrections[-1]
        return f"This bulletin was withdrawn on {say_date(london_date(last.at))}. {last.note}"
    # A summary rewritten for the withdrawal may stand; the old one would repeat what was wrong.
    summary = source.front.summary or ""
    return summary if "withdr" in summary.lower() else "This bulletin has been withdrawn."


def _shorten(text: str) -> str:
    """The opening words, whole, for a bulletin without a summary of its own."""
    if len(text) <= SHORT:
        return text
    return text[:SHORT].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"
