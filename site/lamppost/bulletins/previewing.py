"""A file's text exactly as readers would get it, and whom it would be mailed to; nothing stored."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.bulletins.announcing import choices_of
from lamppost.bulletins.body_checks import check_body
from lamppost.bulletins.building import Built, build
from lamppost.bulletins.claims import Claims
from lamppost.bulletins.facts import check_facts, say_facts
from lamppost.bulletins.front_matter import FrontMatter, Status
from lamppost.bulletins.problems import Problem
from lamppost.bulletins.records import BulletinDetail, BulletinLine, Note
from lamppost.bulletins.remembered import get_claims
from lamppost.bulletins.render import RenderError
from lamppost.bulletins.rules import decide_published_at
from lamppost.bulletins.source import Source, SourceError, parse_source
from lamppost.subscribers.reads import count_told


@dataclass(frozen=True, slots=True)
class Preview:
    """The page unless something stands in its way, every problem, and how many would be told."""

    source: Source | None
    detail: BulletinDetail | None
    problems: tuple[Problem, ...]
    told: int = 0

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The problems that keep it from readers."""
        return tuple(problem for problem in self.problems if problem.blocks)


def preview_text(session: Session, content: bytes, file: str, now: datetime) -> Preview:
    """What readers would get of a content, its facts drawn now, as if published at this moment.

    A scheduled one is dated by its moment, a published one as it was, a withdrawn one is its stub.
    """
    try:
        source = parse_source(content, file)
    except SourceError as error:
        return Preview(None, None, error.problems)
    problems = [*_claim(session, source), *check_facts(source), *check_body(source)]
    detail = None
    try:
        as_shown = source.front.status is Status.WITHDRAWN
        words = {} if as_shown or "{{" not in source.body else say_facts(session, source, now)
        shown = source if as_shown else _published(source, now)
        detail = detail_of(build(shown, words))
    except SourceError as error:
        problems += [one for one in error.problems if not _is_said(one, problems)]
    except RenderError as error:
        problems.append(Problem(file, source.body_line, str(error)))
    front = source.front
    told = count_told(session, choices=choices_of(front.audience, front.topics))
    return Preview(source, detail, tuple(sorted(problems)), told)


def _is_said(problem: Problem, said: list[Problem]) -> bool:
    return any(one.line == problem.line and one.blocks for one in said)


def _claim(session: Session, source: Source) -> list[Problem]:
    """What another file holds already of what this one asks for."""
    claims: Claims = get_claims(session, ())
    return claims.claim(source)


def _published(source: Source, now: datetime) -> Source:
    front: FrontMatter = source.front
    planned = front.publish_at if front.status is Status.SCHEDULED else None
    at = front.published_at or decide_published_at(front) or planned or now
    changes = {"status": Status.PUBLISHED, "published_at": at}
    return Source(
        source.file, source.name, front.model_copy(update=changes), source.body, source.body_line
    )


def detail_of(built: Built) -> BulletinDetail:
    """A bulletin that may be shown, as the public reads give it."""
    assert built.published_at is not None  # nosec B101 # noqa: S101 - what is shown has its moment
    assert built.updated_at is not None  # nosec B101 # noqa: S101 - as above
    line = BulletinLine(
        slug=built.slug,
        raw_title=built.title,
        audience=built.audience,
        dated_on=built.dated_on,
        summary=built.summary,
        status=built.status,
        topics=built.topics,
        published_at=built.published_at,
        updated_at=built.updated_at,
    )
    return BulletinDetail(
        line=line,
        entry_id=built.entry_id,
        html=built.html,
        contents=built.contents,
        markdown=built.markdown,
        text=built.text,
        corrections=tuple(Note(one.at, one.note) for one in built.corrections),
    )
