"""What the pages say of BCDR windows beside their days: notice given, who takes part, history."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from lamppost.clock import london_date
from lamppost.status.notices import Window
from lamppost.status.plans.notice import Notice, weigh_notice
from lamppost.status.plans.participation import count_joining
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_number


def about_windows(session: Session, windows: Sequence[Window]) -> dict[str, Any]:
    """By uid: the notice of each, weighed by the promise that held then, and how many join."""
    return {
        "notices": {one.uid: _notice(session, one) for one in windows},
        "joining": count_joining(session),
    }


def _notice(session: Session, window: Window) -> Notice | None:
    announced_at = window.dates_announced_at or window.announced_at
    promised = get_number(session, Key.BCDR_NOTICE_DAYS, on=london_date(announced_at))
    if promised is None:
        return None
    return weigh_notice(
        announced_at=announced_at, starts_on=window.starts_on, promised_days=promised
    )
