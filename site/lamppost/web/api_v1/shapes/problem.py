"""What is answered when something is wrong."""

from lamppost.web.api_v1.shapes.paging import Shape


class FaultShape(Shape):
    """One thing that is wrong: where, what, and how to mend it."""

    where: str
    what: str
    how: str


class ProblemShape(Shape):
    """`application/problem+json`, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FaultShape]
