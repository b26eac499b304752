"""Bulletins."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from lamppost.bulletins.front_matter import Audience
from lamppost.bulletins.records import BulletinDetail, BulletinLine
from lamppost.web.api_v1.shapes.paging import Shape


class BulletinShape(Shape):
    """A bulletin in a list; one that was withdrawn is a stub."""

    slug: str
    title: str
    audience: Audience
    date: date
    summary: str
    topics: list[str]
    is_withdrawn: bool
    published_at: datetime
    updated_at: datetime
    url: str

    @classmethod
    def of(cls, line: BulletinLine, base_url: str) -> "BulletinShape":
        """From what the archive shows."""
        return cls(**_line(line, base_url))


class CorrectionShape(Shape):
    """What was put right, and when."""

    at: datetime
    note: str


class BulletinDetailShape(BulletinShape):
    """A bulletin in full, its facts filled in."""

    html: str
    markdown: str
    corrections: list[CorrectionShape] = Field(description="oldest first")

    @classmethod
    def of_detail(cls, bulletin: BulletinDetail, base_url: str) -> "BulletinDetailShape":
        """From what the bulletin's page shows."""
        return cls(
            **_line(bulletin.line, base_url),
            html=bulletin.html,
            markdown=bulletin.markdown,
            corrections=[
                CorrectionShape(at=one.at, note=one.words) for one in bulletin.corrections
            ],
        )


def _line(line: BulletinLine, base_url: str) -> dict[str, Any]:
    return {
        "slug": line.slug,
        "title": line.title,
        "audience": line.audience,
        "date": line.dated_on,
        "summary": line.summary,
        "topics": list(line.topics),
        "is_withdrawn": line.is_withdrawn,
        "published_at": line.published_at,
        "updated_at": line.updated_at,
        "url": f"{base_url}/bulletins/{line.slug}/",
    }
