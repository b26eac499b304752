"""Everything planned, as what a new plan could run into."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lamppost.clock import london_date, london_midnight
from lamppost.status.plans.conflicts import Planned, list_conflicts
from lamppost.status.plans.tables import ChangeRecord, WindowRecord
from lamppost.status.plans.texts import ChangeText, ConflictsError, WindowText

TEST = "test"


def plan_of_window(uid: str, text: WindowText) -> Planned:
    """A BCDR test from midnight to midnight in London."""
    return Planned(
        TEST,
        uid,
        text.title,
        london_midnight(text.starts_on),
        london_midnight(text.ends_on + timedelta(days=1)),
    )


def plan_of_change(ref: str, text: ChangeText) -> Planned:
    """A change or a freeze."""
    named = frozenset(text.effects)
    return Planned(text.kind, ref, text.title, text.starts_at, text.ends_at, named)


def check_conflicts(session: Session, new: Planned, *, despite: str) -> None:
    """Go on only when nothing is in the way, or somebody said why it stands all the same.

    Raises:
        ConflictsError: it runs into something.
    """
    found = list_conflicts(new, _list_planned(session, since=new.from_at))
    if found and not despite.strip():
        raise ConflictsError(found)


def _list_planned(session: Session, *, since: datetime) -> Iterator[Planned]:
    windows = session.scalars(
        select(WindowRecord)
        .where(WindowRecord.ends_on >= london_date(since), ~WindowRecord.is_cancelled)
        .order_by(WindowRecord.starts_on, WindowRecord.uid)
    )
    for row in windows:
        yield plan_of_window(row.uid, WindowText(row.title, row.starts_on, row.ends_on))
    changes = session.scalars(
        select(ChangeRecord)
        .where(ChangeRecord.ends_at > since, ~ChangeRecord.is_cancelled)
        .order_by(ChangeRecord.starts_at, ChangeRecord.ref)
    )
    for one in changes:
        named = frozenset(one.components.split())
        yield Planned(one.kind, one.ref, one.title, one.starts_at, one.ends_at, named)
