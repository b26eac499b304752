"""What is planned and what is known not to work, for programs: few enough to be read whole."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint
from pydantic import Field

from lamppost.status import reads
from lamppost.status.notices import ChangeState, ReleaseState, WindowState
from lamppost.web.api_v1.asked import Paged
from lamppost.web.api_v1.operation import operation
from lamppost.web.api_v1.page import make_listing, read_place, stranger_cursor
from lamppost.web.api_v1.shapes.issues import KnownIssueShape
from lamppost.web.api_v1.shapes.paging import Listing, Shape
from lamppost.web.api_v1.shapes.plans import ChangeShape, ReleaseShape, WindowShape
from lamppost.web.context import now, session

blueprint = Blueprint("api_v1_plans", __name__, url_prefix="/api/v1")
T = TypeVar("T")
S = TypeVar("S", bound=Shape)
# As far back as the forward schedule may be asked for.
LONGEST_DAYS = 3660


class IssueState(StrEnum):
    """Whether a known issue is still one."""

    OPEN = "open"
    CLOSED = "closed"


class AskedWindows(Paged):
    """What tests may be narrowed to."""

    state: WindowState | None = Field(
        None, description="upcoming, running, overrun, done or cancelled"
    )


class AskedChanges(Paged):
    """What changes may be narrowed to."""

    state: ChangeState | None = Field(None, description="upcoming, running, done or cancelled")
    component: str | None = Field(None, description="a component's slug")
    days_back: int = Field(
        90, ge=0, le=LONGEST_DAYS, description="how many days ago one may have ended"
    )


class AskedReleases(Paged):
    """What releases may be narrowed to."""

    state: ReleaseState | None = Field(None, description="planned, live or rolled_back")


class AskedIssues(Paged):
    """Which known issues."""

    state: IssueState = Field(IssueState.OPEN, description="open or closed")


@blueprint.get("/known-issues")
@operation(
    "Known issues: open ones by product and age, closed ones the last closed first.",
    answer=Listing[KnownIssueShape],
    asked=AskedIssues,
)
def known_issues(asked: AskedIssues) -> Listing[KnownIssueShape]:
    """The open ones unless told."""
    is_open = asked.state is IssueState.OPEN
    found = reads.list_known_issues(session(), now=now(), is_open=is_open)
    return _page(found, asked, shape=KnownIssueShape.of, key=lambda one: one.ref)


@blueprint.get("/windows")
@operation("BCDR tests, the earliest first.", answer=Listing[WindowShape], asked=AskedWindows)
def windows(asked: AskedWindows) -> Listing[WindowShape]:
    """Cancelled ones stay, as cancelled."""
    found = [
        one for one in reads.list_windows(session(), now=now()) if asked.state in (None, one.state)
    ]
    return _page(found, asked, shape=WindowShape.of, key=lambda one: one.uid)


@blueprint.get("/changes")
@operation(
    "The forward schedule of change, the earliest first.",
    answer=Listing[ChangeShape],
    asked=AskedChanges,
)
def changes(asked: AskedChanges) -> Listing[ChangeShape]:
    """To come, running, and over for at most so many days."""
    listed = reads.list_changes(session(), now=now(), days_back=asked.days_back)
    found = [
        one
        for one in listed
        if asked.state in (None, one.state)
        and (asked.component is None or asked.component in one.components)
    ]
    return _page(found, asked, shape=ChangeShape.of, key=lambda one: one.ref)


@blueprint.get("/releases")
@operation(
    "Portal releases, the latest planned first.",
    answer=Listing[ReleaseShape],
    asked=AskedReleases,
)
def releases(asked: AskedReleases) -> Listing[ReleaseShape]:
    """Planned ones, those made, those rolled back."""
    found = [one for one in reads.list_releases(session()) if asked.state in (None, one.state)]
    return _page(found, asked, shape=ReleaseShape.of, key=lambda one: one.ref)


def _page(
    found: Sequence[T], asked: Paged, *, shape: Callable[[T], S], key: Callable[[T], str]
) -> Listing[S]:
    """The page after the row of the cursor."""
    place = read_place(asked, parts=1)
    keys = [key(one) for one in found]
    if place is not None and place[0] not in keys:
        raise stranger_cursor()
    begin = 0 if place is None else keys.index(place[0]) + 1
    shown = found[begin : begin + asked.limit + 1]
    return make_listing(shown, asked, shape=shape, key=lambda one: (key(one),))
