"""Whether what was measured in a mode of automation carries the next one."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from postmaster.days import london_day
from postmaster.lifecycle.areas import Area, select_codes
from postmaster.lifecycle.batches import BatchError
from postmaster.lifecycle.measuring import measure
from postmaster.lifecycle.modes import Evidence, Mode
from postmaster.lifecycle.tables import LifecycleOrganisation
from postmaster.policy.numbers import Key
from postmaster.policy.reads import get_policy


def get_mode(session: Session, ods_code: str) -> tuple[Mode, date | None]:
    """How far automation goes in an organisation, and since which London day."""
    row = session.get(LifecycleOrganisation, ods_code, populate_existing=True)
    if row is None or row.mode_since is None:
        return Mode.OFF if row is None else Mode(row.mode), None
    return Mode(row.mode), london_day(row.mode_since)


def check_step_up(session: Session, area: Area, since: date | None, *, now: datetime) -> Evidence:
    """What was measured in the present mode; refuses where it does not carry the next.

    Raises:
        BatchError: the mode is too young, nothing was measured before deletions, or too many
            notices were corrected.
    """
    today = london_day(now)
    policy = get_policy(session, on=today)
    found = measure(session, codes=select_codes(area), mode=area.mode, today=today)
    if area.mode is Mode.OFF:
        return found
    days = policy[Key.PILOT_STEP_DAYS]
    if since is not None and today < since + timedelta(days=days):
        first = (since + timedelta(days=days)).isoformat()
        raise BatchError(f"It must stand so for {days} days before the next step: {first}.")
    if area.mode is Mode.NOTIFY_ONLY and not found.notices:
        raise BatchError(f"{found.words} Nothing is deleted without a person on that.")
    limit = policy[Key.PILOT_CORRECTIONS_PERMILLE]
    if found.permille > limit:
        raise BatchError(
            f"{found.permille}‰ of the notices were corrected; the limit is {limit}‰. See why "
            "before going on."
        )
    return found
