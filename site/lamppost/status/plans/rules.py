"""Where a window or a change stands on a day or at a moment. Pure.

BCDR windows are civil days in London, both inclusive: one of 21 to 30 September begins at midnight
as the 21st begins, British Summer Time, and is over as 1 October begins.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from lamppost.clock import london_date, london_midnight
from lamppost.status.notices import ChangeState, WindowState


def window_state(
    *, starts_on: date, ends_on: date, announced_ends_on: date, is_cancelled: bool, now: datetime
) -> WindowState:
    """Ordered questions; the first yes answers."""
    today = london_date(now)
    if is_cancelled:
        return WindowState.CANCELLED
    if today < starts_on:
        return WindowState.UPCOMING
    if today > ends_on:
        return WindowState.DONE
    return WindowState.OVERRUN if today > announced_ends_on else WindowState.RUNNING


def window_turns(*, starts_on: date, ends_on: date, announced_ends_on: date) -> Iterable[datetime]:
    """The moments at which a window's state changes by itself."""
    after = timedelta(days=1)
    return (london_midnight(day) for day in (starts_on, announced_ends_on + after, ends_on + after))


def announced_end(
    *, known_start: date, known_end: date, starts_on: date, ends_on: date, now: datetime
) -> date:
    """The end to hold a window to: it moves with the announcement until the window has begun.

    `known_end` is the announced end so far.
    """
    today = london_date(now)
    has_begun = known_start <= today and starts_on <= today
    return known_end if has_begun else ends_on


def change_state(
    *, starts_at: datetime, ends_at: datetime, is_cancelled: bool = False, now: datetime
) -> ChangeState:
    """A change runs from its first moment up to, and not with, its last."""
    if is_cancelled:
        return ChangeState.CANCELLED
    if now < starts_at:
        return ChangeState.UPCOMING
    return ChangeState.RUNNING if now < ends_at else ChangeState.DONE
