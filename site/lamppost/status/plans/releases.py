"""Portal releases from the plan to the go-live that switches features, or the way back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lamppost.status.notices import ReleaseItem, ReleaseState
from lamppost.status.plans.history import keep
from lamppost.status.plans.rows import lock_plan
from lamppost.status.plans.tables import ReleaseRecord
from lamppost.status.plans.texts import (
    PlanError,
    ReleaseText,
    check_ref,
    check_version,
    check_words,
)
from lamppost.wording import say_date, say_moment, say_month
from postmaster.access.acting import acts
from postmaster.access.actors import Actor
from postmaster.access.matrix import Action
from postmaster.features.actions import set_features
from postmaster.features.rules import Feature

KIND = "release"
MOST_ITEMS = 100


@acts(Action.STATUS_WRITE)
def plan_release(
    session: Session, *, ref: str, text: ReleaseText, by: Actor, now: datetime
) -> None:
    """Announce a release.

    Raises:
        PlanError: the reference is taken, or something given cannot be.
    """
    ref = check_ref(ref)
    if session.get(ReleaseRecord, ref) is not None:
        raise PlanError(f"The reference {ref} is taken.", "ref")
    _check(text)
    session.add(
        ReleaseRecord(
            ref=ref, **_values(text), state=ReleaseState.PLANNED.value, live_at=None,
            announced_at=now, updated_at=now, rolled_back_at=None, version=1,
        )
    )  # fmt: skip
    session.flush()
    _say(session, ref, f"Planned for {_say_planned(text)}.", by=by, now=now)


@acts(Action.STATUS_WRITE)
def alter_release(
    session: Session, *, ref: str, seen_version: int, text: ReleaseText, by: Actor, now: datetime
) -> None:
    """Change what was announced; a later day is a slip and told as one.

    Raises:
        PlanChangedError: somebody has written since.
        PlanError: what was made cannot be planned anew, or something given cannot be.
    """
    row = lock_plan(session, ReleaseRecord, ref)
    check_version(row.version, seen_version)
    _check(text)
    moves = (_first(text), text.is_month_only) != (row.planned_on, row.is_month_only)
    if moves and row.state != ReleaseState.PLANNED:
        raise PlanError("It was made: its day is history.", "planned_on")
    if row.state != ReleaseState.PLANNED and set(text.switches) != set(row.features or ()):
        raise PlanError("It was made: what it switched is history.", "switches")
    words = _altered(row, text, moves=moves)
    for name, value in _values(text).items():
        setattr(row, name, value)
    _touch(session, row, words, by=by, now=now)


@acts(Action.STATUS_WRITE)
def go_live(session: Session, *, ref: str, live_at: datetime, by: Actor, now: datetime) -> None:
    """Say when it went live; from that moment on what happened is judged with its features.

    Said again, it corrects the moment.

    Raises:
        PlanError: the moment is still to come, or it was rolled back.
    """
    row = lock_plan(session, ReleaseRecord, ref)
    if row.state == ReleaseState.ROLLED_BACK:
        raise PlanError("It was rolled back. Plan another.")
    if live_at > now:
        raise PlanError("It cannot have gone live later than now.", "live_at")
    again = row.live_at is not None
    row.state, row.live_at = ReleaseState.LIVE.value, live_at
    words = f"{'Corrected: live' if again else 'Live'} since {say_moment(live_at)}."
    _switch(session, row, by=by, now=now)
    _touch(session, row, words, by=by, now=now)


@acts(Action.STATUS_WRITE)
def roll_back(
    session: Session, *, ref: str, rolled_back_at: datetime, why: str, by: Actor, now: datetime
) -> None:
    """Take it back from a moment on; what happened while it was live stays judged as it was.

    Raises:
        PlanError: it is not live, or was not at that moment.
    """
    row = lock_plan(session, ReleaseRecord, ref)
    if row.state != ReleaseState.LIVE or row.live_at is None:
        raise PlanError("It is not live.")
    if not row.live_at <= rolled_back_at <= now:
        raise PlanError("It was rolled back between its go-live and now.", "rolled_back_at")
    if not why.strip():
        raise PlanError("Say why it was rolled back.", "why")
    row.state, row.rolled_back_at = ReleaseState.ROLLED_BACK.value, rolled_back_at
    _switch(session, row, by=by, now=now)
    words = f"Rolled back on {say_moment(rolled_back_at)}: {why.strip()}"
    _touch(session, row, words, by=by, now=now)


def _switch(session: Session, row: ReleaseRecord, *, by: Actor, now: datetime) -> None:
    set_features(
        session,
        source=row.ref,
        features=[Feature(name) for name in row.features or ()],
        live_from=row.live_at,
        live_until=row.rolled_back_at,
        by=by.reference,
        now=now,
    )


def _check(text: ReleaseText) -> None:
    check_words(name=text.name, summary=text.summary)
    if len(text.items) > MOST_ITEMS:
        raise PlanError(f"A release has at most {MOST_ITEMS} items.", "features")
    for item in text.items:
        check_words(features=item.text)
    if not set(text.switches) <= set(Feature):
        raise PlanError("A switch is not one the service knows.", "switches")


def _values(text: ReleaseText) -> dict[str, object]:
    return {
        "name": text.name, "planned_on": _first(text), "is_month_only": text.is_month_only,
        "summary": text.summary, "features": sorted(text.switches),
        "items": [{"kind": item.kind.value, "text": item.text} for item in text.items],
    }  # fmt: skip


def _first(text: ReleaseText) -> object:
    return text.planned_on.replace(day=1) if text.is_month_only else text.planned_on


def _say_planned(text: ReleaseText) -> str:
    return say_month(text.planned_on) if text.is_month_only else say_date(text.planned_on)


def _altered(row: ReleaseRecord, text: ReleaseText, *, moves: bool) -> str:
    said = []
    if moves:
        before = say_month(row.planned_on) if row.is_month_only else say_date(row.planned_on)
        is_exact = row.is_month_only and _same_month(row, text)
        verb = "Set" if is_exact else "Slipped" if text.planned_on > row.planned_on else "Moved"
        said.append(f"{verb} from {before} to {_say_planned(text)}.")
    old = [item["text"] for item in row.items]
    new = _texts(text.items)
    said += [f"Taken out: {words}" for words in old if words not in new]
    said += [f"Added: {words}" for words in new if words not in old]
    return " ".join(said) or "Details changed."


def _same_month(row: ReleaseRecord, text: ReleaseText) -> bool:
    return (row.planned_on.year, row.planned_on.month) == (
        text.planned_on.year,
        text.planned_on.month,
    )


def _texts(items: Sequence[ReleaseItem]) -> list[str]:
    return [item.text for item in items]


def _touch(session: Session, row: ReleaseRecord, words: str, *, by: Actor, now: datetime) -> None:
    row.version += 1
    row.updated_at = now
    session.flush()
    _say(session, row.ref, words, by=by, now=now)


def _say(session: Session, ref: str, words: str, *, by: Actor, now: datetime) -> None:
    keep(session, kind=KIND, ref=ref, words=words, by=by.reference, now=now)
