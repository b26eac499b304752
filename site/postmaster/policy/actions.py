"""Enter numbers into the register."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postmaster.audit.actions import record
from postmaster.policy.numbers import DatedNumber, list_presets
from postmaster.policy.tables import PolicyNumber


def enter_presets(session: Session, *, by: str, now: datetime) -> int:
    """Enter every number of the presets that the register does not hold yet; gives how many.

    Run again it adds nothing, and it never touches what somebody entered for the same day.
    """
    rows = session.execute(select(PolicyNumber.key, PolicyNumber.holds_from))
    held = {(key, holds_from) for key, holds_from in rows}
    new = [
        number
        for preset in list_presets()
        for number in preset.numbers
        if (number.key.value, number.holds_from) not in held
    ]
    enter_era(session, numbers=new, by=by, now=now)
    return len(new)


def enter_era(session: Session, *, numbers: Sequence[DatedNumber], by: str, now: datetime) -> None:
    """Enter numbers, each audited. A day that has one of a key already keeps it: that is a fault.

    Called by `enter_presets`, and by `eras` once a second person has signed.
    """
    for number in numbers:
        session.add(
            PolicyNumber(
                key=number.key,
                holds_from=number.holds_from,
                value=number.value,
                era=number.era,
                source=number.source,
                is_assumed=number.is_assumed,
                entered_at=now,
                entered_by=by,
            )
        )
        record(
            session,
            action="policy.enter",
            kind="policy-number",
            key=f"{number.key} from {number.holds_from.isoformat()}",
            changes={"value": (None, number.value)},
            by=by,
            now=now,
        )
