"""Known issues."""

from datetime import date, datetime

from pydantic import Field

from lamppost.status.plans.issues import KnownIssue
from lamppost.web.api_v1.shapes.paging import Shape


class KnownIssueShape(Shape):
    """Something that does not work and is no incident."""

    ref: str
    title: str
    product: str
    summary: str
    workaround: str = Field(description="what one can do meanwhile; empty when nothing is known")
    affected: str = Field(description="versions or groups of people")
    is_open: bool
    opened_on: date
    reviewed_on: date
    review_by: date = Field(description="somebody looks at it again by then")
    closed_on: date | None
    fixed_in: str | None = Field(description="the reference of the release that mended it")
    announced_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, issue: KnownIssue) -> "KnownIssueShape":
        """From what the page of known issues shows."""
        return cls(
            ref=issue.ref,
            title=issue.title,
            product=issue.product,
            summary=issue.summary,
            workaround=issue.workaround,
            affected=issue.affected,
            is_open=issue.closed_on is None,
            opened_on=issue.opened_on,
            reviewed_on=issue.reviewed_on,
            review_by=issue.review_by,
            closed_on=issue.closed_on,
            fixed_in=issue.fixed_in,
            announced_at=issue.announced_at,
            updated_at=issue.updated_at,
        )
